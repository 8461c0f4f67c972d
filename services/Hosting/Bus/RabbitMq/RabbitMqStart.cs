using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Storyline.Hosting.Bus.RabbitMq;

/// <summary>Declares the topology before anything of the host starts, waiting for a broker that is not up yet.</summary>
internal sealed partial class RabbitMqStart(RabbitMqLink link, IOptions<BusOptions> options, TimeProvider time, ILogger<RabbitMqStart> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await link.ConnectAsync(cancellationToken);
                return;
            }
            catch (RabbitMQ.Client.Exceptions.BrokerUnreachableException exception)
            {
                var broker = options.Value.Broker!;
                if (time.GetElapsedTime(started) > options.Value.StartTimeout)
                {
                    throw new InvalidOperationException(
                        $"no broker at Bus:RabbitMq ({broker.Host}:{broker.Port}) within Bus:StartTimeout ({options.Value.StartTimeout}): {exception.InnerException?.Message ?? exception.Message}",
                        exception);
                }

                LogWaiting(broker.Host, exception.InnerException?.Message ?? exception.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "no broker at {Host} yet: {Error}")]
    private partial void LogWaiting(string host, string error);
}
