using System.Diagnostics;

namespace Storyline.Enrich;

/// <summary>The source of this service's own spans.</summary>
public static class EnrichTelemetry
{
    public static readonly ActivitySource Source = new("Storyline.Enrich");
}
