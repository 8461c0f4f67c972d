using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Storyline.Hosting.Errors;

/// <summary>
/// Counts every call by its gRPC status and turns what nobody expected into INTERNAL or UNAVAILABLE without leaking it.
/// The HTTP server's own histogram has no gRPC status, so an objective built on that would miss every failure.
/// </summary>
internal sealed class ServerCallInterceptor(IMeterFactory meters, TimeProvider time, ILogger<ServerCallInterceptor> logger) : Interceptor
{
    // OpenTelemetry semantic conventions for RPC, server side.
    private readonly Histogram<double> _duration = meters.Create("Storyline.Hosting").CreateHistogram<double>(
        "rpc.server.call.duration", "s", "Duration of incoming remote procedure calls");

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        MeasureAsync(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        MeasureAsync(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        MeasureAsync(context, async () =>
        {
            await continuation(request, responseStream, context);
            return true;
        });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        MeasureAsync(context, async () =>
        {
            await continuation(requestStream, responseStream, context);
            return true;
        });

    private async Task<T> MeasureAsync<T>(ServerCallContext context, Func<Task<T>> call)
    {
        var began = Stopwatch.GetTimestamp();
        var status = StatusCode.OK;
        try
        {
            return await call();
        }
        catch (RpcException exception)
        {
            status = exception.StatusCode;
            throw;
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            status = context.Deadline <= time.GetUtcNow().UtcDateTime ? StatusCode.DeadlineExceeded : StatusCode.Cancelled;
            throw new RpcException(new Status(status, "the call was cancelled"));
        }
        catch (DbException exception) when (exception.IsTransient)
        {
            ServerCallLog.DatabaseUnavailable(logger, context.Method, exception);
            status = StatusCode.Unavailable;
            throw RpcErrors.Unavailable("the database does not answer", TimeSpan.FromSeconds(5));
        }
#pragma warning disable CA1031 // The outermost handler: whatever comes here becomes INTERNAL, and is logged.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            ServerCallLog.Unexpected(logger, context.Method, exception);
            status = StatusCode.Internal;
            throw RpcErrors.Internal(Activity.Current?.TraceId.ToHexString());
        }
        finally
        {
            _duration.Record(
                Stopwatch.GetElapsedTime(began).TotalSeconds,
                new("rpc.system.name", "grpc"),
                new("rpc.method", context.Method.TrimStart('/')),
                new("rpc.response.status_code", StatusName(status)));
        }
    }

    private static string StatusName(StatusCode status) => status switch
    {
        StatusCode.OK => "OK",
        StatusCode.Cancelled => "CANCELLED",
        StatusCode.InvalidArgument => "INVALID_ARGUMENT",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.NotFound => "NOT_FOUND",
        StatusCode.AlreadyExists => "ALREADY_EXISTS",
        StatusCode.PermissionDenied => "PERMISSION_DENIED",
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.FailedPrecondition => "FAILED_PRECONDITION",
        StatusCode.Aborted => "ABORTED",
        StatusCode.OutOfRange => "OUT_OF_RANGE",
        StatusCode.Unimplemented => "UNIMPLEMENTED",
        StatusCode.Internal => "INTERNAL",
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.DataLoss => "DATA_LOSS",
        StatusCode.Unauthenticated => "UNAUTHENTICATED",
        _ => "UNKNOWN",
    };
}

internal static partial class ServerCallLog
{
    [LoggerMessage(EventId = 1, EventName = "CallFailed", Level = LogLevel.Error, Message = "call {Method} failed")]
    public static partial void Unexpected(ILogger logger, string method, Exception exception);

    [LoggerMessage(EventId = 2, EventName = "DatabaseUnavailable", Level = LogLevel.Warning, Message = "call {Method} met a database that does not answer")]
    public static partial void DatabaseUnavailable(ILogger logger, string method, Exception exception);
}
