namespace Storyline.Evaluation;

/// <summary>
/// One measurable quality of the platform. A task reads its data from a folder, runs the production code over it, prints a table for people
/// and returns the metrics, which the program prints as the last line.
/// </summary>
public abstract class EvaluationTask
{
    /// <summary>The first argument that selects it.</summary>
    public abstract string Name { get; }

    /// <summary>The files that its folder must hold; <c>*</c> stands for any characters.</summary>
    public abstract IReadOnlyList<string> Files { get; }

    /// <summary>Runs over <paramref name="data"/>.</summary>
    /// <param name="data">Folder with the <see cref="Files"/>.</param>
    /// <param name="limit">At most so many items, from the first on; null for all.</param>
    /// <param name="output">For the table.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public abstract Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken);
}
