using System.Globalization;

namespace Storyline.Evaluation;

/// <summary><c>TASK --data DIR [--limit N]</c>: exit code 0 when the task ran, 1 when the product threw on items, which standard error names, 2 with one line there when the call was wrong.</summary>
public static class EvaluationProgram
{
    public static async Task<int> RunAsync(EvaluationTask[] tasks, string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var usage = $"usage: {string.Join('|', tasks.Select(t => t.Name))} --data DIR [--limit N]";
        string? data = null;
        int? limit = null;
        if (args.Length == 0)
        {
            return await WrongAsync(error, usage);
        }

        if (Array.Find(tasks, t => t.Name == args[0]) is not { } task)
        {
            return await WrongAsync(error, $"unknown task '{args[0]}'; {usage}");
        }

        for (var i = 1; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--data" when value.Length > 0:
                    data = value;
                    break;
                case "--limit" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0:
                    limit = number;
                    break;
                case "--data" or "--limit":
                    return await WrongAsync(error, $"{args[i]} has no usable value '{value}'; {usage}");
                default:
                    return await WrongAsync(error, $"unknown argument '{args[i]}'; {usage}");
            }
        }

        if (data is null)
        {
            return await WrongAsync(error, $"--data is missing; {usage}");
        }

        if (task.Files.FirstOrDefault(file => !Directory.Exists(data) || !Directory.EnumerateFiles(data, file).Any()) is { } missing)
        {
            return await WrongAsync(error, $"{Path.Combine(data, missing)} does not exist; '{task.Name}' needs {string.Join(", ", task.Files)}");
        }

        var metrics = await task.RunAsync(data, limit, output, cancellationToken);
        metrics.WriteTable(output);
        await output.WriteLineAsync(metrics.ToJson().AsMemory(), cancellationToken);
        foreach (var failure in metrics.Failures)
        {
            await error.WriteLineAsync($"failed: {failure}");
        }

        return metrics.Failures.Count == 0 ? 0 : 1;
    }

    private static async Task<int> WrongAsync(TextWriter error, string line)
    {
        await error.WriteLineAsync(line);
        return 2;
    }
}
