using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Storyline.Hosting.Storage;

namespace Storyline.Hosting.Errors;

/// <summary>
/// Every error that a caller of the gRPC surface can meet: a status with <c>google.rpc</c> details that say what is wrong,
/// where, and how to mend it.
/// </summary>
public static class RpcErrors
{
    private const int MaxNameLength = 200;

    /// <summary>INVALID_ARGUMENT with one <c>BadRequest.FieldViolation</c> per wrong field.</summary>
    public static RpcException InvalidArgument(params (string Field, string Description)[] violations)
    {
        ArgumentNullException.ThrowIfNull(violations);
        var details = new BadRequest();
        foreach (var (field, description) in violations)
        {
            details.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = field, Description = description });
        }

        return Create(Code.InvalidArgument, string.Join("; ", violations.Select(v => $"{v.Field}: {v.Description}")), details);
    }

    /// <summary>NOT_FOUND with <c>ResourceInfo</c>.</summary>
    /// <param name="type">The resource's type, such as <c>article</c>.</param>
    /// <param name="name">The id or name asked for.</param>
    /// <param name="hint">What the caller can do.</param>
    public static RpcException NotFound(string type, string name, string hint) => Create(
        Code.NotFound,
        $"no {type} '{Short(name)}': {hint}",
        new ResourceInfo { ResourceType = type, ResourceName = Short(name), Description = hint });

    /// <summary>ALREADY_EXISTS with <c>ResourceInfo</c>.</summary>
    public static RpcException AlreadyExists(string type, string name, string hint) => Create(
        Code.AlreadyExists,
        $"{type} '{Short(name)}' exists: {hint}",
        new ResourceInfo { ResourceType = type, ResourceName = Short(name), Description = hint });

    /// <summary>FAILED_PRECONDITION with <c>PreconditionFailure</c>.</summary>
    public static RpcException FailedPrecondition(string type, string subject, string description)
    {
        var details = new PreconditionFailure();
        details.Violations.Add(new PreconditionFailure.Types.Violation { Type = type, Subject = subject, Description = description });
        return Create(Code.FailedPrecondition, $"{subject}: {description}", details);
    }

    /// <summary>RESOURCE_EXHAUSTED with <c>RetryInfo</c>.</summary>
    public static RpcException ResourceExhausted(string message, TimeSpan retryAfter) => Create(
        Code.ResourceExhausted, message, new RetryInfo { RetryDelay = retryAfter.ToDuration() });

    /// <summary>UNAVAILABLE with <c>RetryInfo</c>: nothing was done, the same call may succeed later.</summary>
    public static RpcException Unavailable(string message, TimeSpan retryAfter) => Create(
        Code.Unavailable, message, new RetryInfo { RetryDelay = retryAfter.ToDuration() });

    /// <summary>INTERNAL without any text of the exception: that is in the log, under the trace id given.</summary>
    public static RpcException Internal(string? traceId) => Create(
        Code.Internal,
        "the platform failed to answer; it is logged",
        new ErrorInfo { Reason = "INTERNAL", Domain = "storyline", Metadata = { ["trace_id"] = traceId ?? "" } });

    // A name from a request may be megabytes long; a status travels in a header, which may not.
    private static string Short(string name) => name.Length <= MaxNameLength ? name : StorableText.Of(name[..MaxNameLength]) + "…";

    private static RpcException Create(Code code, string message, Google.Protobuf.IMessage details) =>
        new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(details) } }.ToRpcException();
}
