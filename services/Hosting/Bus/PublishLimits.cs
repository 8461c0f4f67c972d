using System.Net.Mime;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Storyline.Hosting.Bus;

/// <summary>
/// Stops a publication that the broker would refuse or lose: a record without a queue, a message or headers over the limit.
/// Each is a <see cref="PermanentException"/>, so a handler that publishes it has its own message quarantined.
/// </summary>
internal sealed class PublishLimits(BusTopology topology, IOptions<BusOptions> options, Action<BusQueue> published) : IPublishObserver
{
    private const int MaxHeaderBytes = 4 * 1024;

    public Task PrePublish<T>(PublishContext<T> context) where T : class
    {
        if (!topology.QueuesOf(typeof(T)).Any())
        {
            throw new PermanentException("UNROUTABLE", $"no queue of the bus topology takes {typeof(T).Name}");
        }

        var headerBytes = context.Headers.GetAll().Sum(header => header.Key.Length + (header.Value?.ToString()?.Length ?? 0));
        if (headerBytes > MaxHeaderBytes)
        {
            throw new PermanentException("TOO_LARGE", $"the headers of {typeof(T).Name} take {headerBytes} bytes; the limit is {MaxHeaderBytes}");
        }

        // The table says that it has a queue, but has the broker? Without this a record that reaches none is confirmed and gone.
        context.Mandatory = true;
        context.Serializer = new BoundedSerializer(context.Serializer, options.Value.MaxMessageBytes);
        return Task.CompletedTask;
    }

    public Task PostPublish<T>(PublishContext<T> context) where T : class
    {
        foreach (var queue in topology.QueuesOf(typeof(T)))
        {
            published(queue);
        }

        return Task.CompletedTask;
    }

    public Task PublishFault<T>(PublishContext<T> context, Exception exception) where T : class => Task.CompletedTask;

    private sealed class BoundedSerializer(IMessageSerializer inner, int maxBytes) : IMessageSerializer
    {
        public ContentType ContentType => inner.ContentType;

        public MessageBody GetMessageBody<T>(SendContext<T> context) where T : class
        {
            var body = inner.GetMessageBody(context);
            var length = body.GetBytes().Length;
            return length <= maxBytes
                ? body
                : throw new PermanentException("TOO_LARGE", $"{typeof(T).Name} takes {length} bytes on the bus; the limit is {maxBytes}");
        }
    }
}
