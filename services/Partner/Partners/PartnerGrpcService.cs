using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Storyline.Hosting.Errors;
using Storyline.Hosting.Paging;
using Storyline.Partner.Delivery;
using Storyline.Partner.V1;

namespace Storyline.Partner.Partners;

/// <summary>The gRPC surface of partners and their logs.</summary>
public sealed class PartnerGrpcService(PartnerStore partners, DeliveryStore deliveries, TimeProvider time) : PartnerService.PartnerServiceBase
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1_000;
    private const int MaxRequestId = 64;

    public override async Task<CreatePartnerResponse> CreatePartner(CreatePartnerRequest request, ServerCallContext context)
    {
        var wanted = request.Partner ?? new V1.Partner();
        var entitlement = wanted.Entitlement ?? new V1.Entitlement();
        var violations = PartnerValidation.Violations(wanted.PartnerId, wanted.DisplayName, entitlement.Languages, entitlement.SourceIds).ToList();
        if (request.RequestId.Length > MaxRequestId)
        {
            violations.Add(("request_id", $"must have at most {MaxRequestId} characters"));
        }

        if (violations.Count > 0)
        {
            throw RpcErrors.InvalidArgument([.. violations]);
        }

        var added = await partners.AddAsync(
            new PartnerAccount(
                wanted.PartnerId, wanted.DisplayName, new Entitlement([.. entitlement.Languages], [.. entitlement.SourceIds]), time.GetUtcNow()),
            request.RequestId,
            context.CancellationToken);
        return added is null
            ? throw RpcErrors.AlreadyExists("partner", wanted.PartnerId, "take another partner_id, or delete that partner first")
            : new CreatePartnerResponse { Partner = ToProto(added) };
    }

    public override async Task<GetPartnerResponse> GetPartner(GetPartnerRequest request, ServerCallContext context) =>
        new() { Partner = ToProto(await partners.FindAsync(request.PartnerId, context.CancellationToken) ?? throw NotFound(request.PartnerId)) };

    public override async Task<ListPartnersResponse> ListPartners(ListPartnersRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, DefaultPageSize, MaxPageSize);
        var found = await partners.ListAsync(Page.Position(request.PageToken) ?? "", size + 1, context.CancellationToken);
        var response = new ListPartnersResponse();
        response.Partners.Add(found.Take(size).Select(ToProto));
        if (found.Count > size)
        {
            response.NextPageToken = Page.Token(found[size - 1].PartnerId);
        }

        return response;
    }

    public override async Task<DeletePartnerResponse> DeletePartner(DeletePartnerRequest request, ServerCallContext context) =>
        await partners.DeleteAsync(request.PartnerId, context.CancellationToken) ? new DeletePartnerResponse() : throw NotFound(request.PartnerId);

    public override async Task<GetDeliveryStateResponse> GetDeliveryState(GetDeliveryStateRequest request, ServerCallContext context)
    {
        var state = await deliveries.FindStateAsync(request.PartnerId, context.CancellationToken) ?? throw NotFound(request.PartnerId);
        return new GetDeliveryStateResponse
        {
            LastSequence = state.LastSequence,
            ConfirmedSequence = state.ConfirmedSequence,
            ConfirmTime = state.ConfirmTime is { } confirmed ? DateTimeOffset.FromUnixTimeMilliseconds(confirmed).ToTimestamp() : null,
        };
    }

    public override async Task<ListMessagesResponse> ListMessages(ListMessagesRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, DefaultPageSize, MaxPageSize);
        if (request.FromSequence < 0)
        {
            throw RpcErrors.InvalidArgument(("from_sequence", "must be 0 (meaning 1) or more"));
        }

        var from = Math.Max(1, request.FromSequence);
        var state = await deliveries.FindStateAsync(request.PartnerId, context.CancellationToken) ?? throw NotFound(request.PartnerId);
        var messages = await deliveries.ListAsync(request.PartnerId, from, size, context.CancellationToken);
        if (from <= state.LastSequence && (messages.Count == 0 || messages[0].Sequence != from))
        {
            // An answer that begins later would look like one without a gap.
            var oldest = messages.Count == 0 ? state.LastSequence + 1 : messages[0].Sequence;
            throw RpcErrors.FailedPrecondition(
                "MESSAGES_EXPIRED",
                string.Create(CultureInfo.InvariantCulture, $"partners/{request.PartnerId}/messages/{from}"),
                string.Create(CultureInfo.InvariantCulture, $"no longer kept: ask from_sequence {oldest} on"));
        }

        var response = new ListMessagesResponse();
        response.Messages.Add(messages.Select(message => new PartnerMessage
        {
            Sequence = message.Sequence,
            MessageId = message.MessageId,
            RoutingKey = message.RoutingKey,
            Ninjs = message.Ninjs,
            Traceparent = message.TraceParent ?? "",
            CreateTime = DateTimeOffset.FromUnixTimeMilliseconds(message.CreateTime).ToTimestamp(),
        }));
        return response;
    }

    private static RpcException NotFound(string partnerId) => RpcErrors.NotFound("partner", partnerId, "ListPartners tells which there are");

    private static V1.Partner ToProto(PartnerAccount partner)
    {
        var proto = new V1.Partner
        {
            PartnerId = partner.PartnerId,
            DisplayName = partner.DisplayName,
            Entitlement = new V1.Entitlement(),
            CreateTime = partner.CreateTime.ToTimestamp(),
        };
        proto.Entitlement.Languages.Add(partner.Entitlement.Languages);
        proto.Entitlement.SourceIds.Add(partner.Entitlement.SourceIds);
        return proto;
    }
}
