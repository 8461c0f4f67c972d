using Storyline.Benchmarks;

// Load apps, one file each. Micro-benchmarks live beside what they measure.
return args switch
{
    ["pipeline", .. var rest] => await Pipeline.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project tests/Benchmarks -- pipeline [--documents N] [--on embedded|production|both]");
    return 2;
}
