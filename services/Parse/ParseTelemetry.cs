using System.Diagnostics;

namespace Storyline.Parse;

internal static class ParseTelemetry
{
    public static readonly ActivitySource Source = new("Storyline.Parse");
}
