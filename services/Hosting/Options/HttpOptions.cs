using System.Net;

namespace Storyline.Hosting.Options;

/// <summary>Where a host listens. Section <c>Http</c>.</summary>
public sealed class HttpOptions
{
    /// <summary>IP address to listen on; loopback unless configured otherwise.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Port for JSON and health over HTTP/1.1; 0 takes a free one.</summary>
    public int Port { get; set; } = 8080;

    /// <summary>Port for gRPC over HTTP/2 without TLS, which cannot share a port with HTTP/1.1; 0 takes a free one.</summary>
    public int GrpcPort { get; set; } = 8081;

    /// <summary>How long a stopping host waits for what is in hand; the pod's grace period must be longer.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(40);

    public static IEnumerable<string> Errors(HttpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!IPAddress.TryParse(options.Host, out _))
        {
            yield return $"Http:Host is '{options.Host}': must be an IP address, such as 127.0.0.1 or 0.0.0.0";
        }

        if (options.Port is < 0 or > 65535)
        {
            yield return $"Http:Port is {options.Port}: must be 0 (a free port) to 65535";
        }

        if (options.GrpcPort is < 0 or > 65535)
        {
            yield return $"Http:GrpcPort is {options.GrpcPort}: must be 0 (a free port) to 65535";
        }

        if (options.Port == options.GrpcPort && options.Port != 0)
        {
            yield return $"Http:GrpcPort is {options.GrpcPort}: must differ from Http:Port, because HTTP/1.1 and HTTP/2 without TLS cannot share a port";
        }

        if (options.ShutdownTimeout < TimeSpan.FromSeconds(1) || options.ShutdownTimeout > TimeSpan.FromMinutes(10))
        {
            yield return $"Http:ShutdownTimeout is {options.ShutdownTimeout}: must be 00:00:01 to 00:10:00";
        }
    }
}
