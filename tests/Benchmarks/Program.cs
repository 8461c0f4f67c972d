using Storyline.Benchmarks;

// Load apps, one file each. Micro-benchmarks live beside what they measure.
return args switch
{
    ["pipeline", .. var rest] => await Pipeline.RunAsync(rest),
    ["captures", .. var rest] => await Captures.RunAsync(rest),
    ["captures-server", var certificate] => await Captures.ServeAsync(certificate),
    ["captures-worker", var address, var count, var folder] => await Captures.MeasureAsync(address, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture), folder),
    ["schedule", .. var rest] => await Schedule.RunAsync(rest),
    ["parse", .. var rest] => await Pages.RunAsync(rest),
    ["parse-worker", var subject, var data, var limit] => Pages.Worker(subject, data, int.Parse(limit, System.Globalization.CultureInfo.InvariantCulture)),
    ["fuzz", "--kind", "pages", .. var rest] => Fuzz.Pages(rest),
    ["feeds"] => Feeds.Run(),
    ["fuzz", .. var rest] => Fuzz.Readers(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project tests/Benchmarks -- pipeline [--documents N] [--on embedded|production|both]");
    Console.Error.WriteLine("       dotnet run -c Release --project tests/Benchmarks -- captures [--captures N] [--protocol http1|http2|both]");
    Console.Error.WriteLine("       dotnet run -c Release --project tests/Benchmarks -- schedule [--feeds N] [--on sqlite|postgresql]");
    Console.Error.WriteLine("       dotnet run -c Release --project tests/Benchmarks -- parse --data DIR [--limit N] [--passes N]");
    Console.Error.WriteLine("       dotnet run -c Release --project tests/Benchmarks -- fuzz --kind pages [--inputs N] [--from SEED]");
    Console.Error.WriteLine("       dotnet run -c Release --project tests/Benchmarks -- feeds");
    Console.Error.WriteLine("       dotnet run -c Release --project tests/Benchmarks -- fuzz [--inputs N] [--from SEED]");
    return 2;
}
