using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Storyline.Hosting;
using Storyline.Partner.Delivery;
using Storyline.Partner.V1;

namespace Storyline.Partner.Tests.Partners;

/// <summary>The service on the embedded adapters, asked over the wire.</summary>
public sealed class PartnerGrpcServiceTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"storyline-partner-{Guid.NewGuid():n}");
    private readonly WebApplication _host;
    private GrpcChannel? _channel;

    public PartnerGrpcServiceTests() => _host = StorylineHost.Build(
        [$"--Storage:Path={_folder}", "--Http:Port=0", "--Http:GrpcPort=0", "--Partner:KeepMessages=2", "--Logging:LogLevel:Default=Warning"],
        [new PartnerModule()]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PartnerService.PartnerServiceClient Client => new(_channel!);

    public async ValueTask InitializeAsync()
    {
        await _host.StartAsync(Cancellation);
        _channel = GrpcChannel.ForAddress(_host.Addresses().Grpc);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task CreatePartner_Valid_IsStoredAsGiven()
    {
        var created = (await CreateAsync("northern-wire", "r1", "en")).Partner;

        var stored = (await Client.GetPartnerAsync(new GetPartnerRequest { PartnerId = "northern-wire" }, cancellationToken: Cancellation)).Partner;
        Assert.Equal(["en"], stored.Entitlement.Languages);
        Assert.Equal("Name of northern-wire", stored.DisplayName);
        Assert.Equal(created.CreateTime.Seconds, stored.CreateTime.Seconds);
        Assert.Equal("northern-wire", (await CreateAsync("northern-wire", "r1", "en")).Partner.PartnerId);
    }

    [Fact]
    public async Task CreatePartner_IdTaken_IsAlreadyExists()
    {
        await CreateAsync("a", "r1");

        var error = await Assert.ThrowsAsync<RpcException>(() => CreateAsync("a", "r2"));

        Assert.Equal(StatusCode.AlreadyExists, error.StatusCode);
    }

    [Theory]
    [InlineData("", "en", "partner.partner_id")]
    [InlineData("Upper", "en", "partner.partner_id")]
    [InlineData("a.b", "en", "partner.partner_id")]
    [InlineData("a", "not a tag", "partner.entitlement.languages")]
    public async Task CreatePartner_Invalid_NamesTheField(string partnerId, string language, string field)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => CreateAsync(partnerId, "", language));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        var violation = Assert.Single(error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations);
        Assert.Equal(field, violation.Field);
    }

    [Fact]
    public async Task CreatePartner_Empty_IsInvalidArgument()
    {
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await Client.CreatePartnerAsync(new CreatePartnerRequest(), cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task AnyRequest_UnknownPartner_IsNotFound()
    {
        Func<Task>[] requests =
        [
            async () => await Client.GetPartnerAsync(new() { PartnerId = "nobody" }, cancellationToken: Cancellation),
            async () => await Client.DeletePartnerAsync(new() { PartnerId = "nobody" }, cancellationToken: Cancellation),
            async () => await Client.GetDeliveryStateAsync(new() { PartnerId = "nobody" }, cancellationToken: Cancellation),
            async () => await Client.ListMessagesAsync(new() { PartnerId = "nobody" }, cancellationToken: Cancellation),
        ];
        foreach (var request in requests)
        {
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(request)).StatusCode);
        }
    }

    [Fact]
    public async Task ListPartners_Pages_TellEachOnce()
    {
        foreach (var partnerId in new[] { "c", "a", "b" })
        {
            await CreateAsync(partnerId);
        }

        var first = await Client.ListPartnersAsync(new() { PageSize = 2 }, cancellationToken: Cancellation);
        var second = await Client.ListPartnersAsync(new() { PageSize = 2, PageToken = first.NextPageToken }, cancellationToken: Cancellation);

        Assert.Equal(["a", "b"], first.Partners.Select(partner => partner.PartnerId));
        Assert.Equal(["c"], second.Partners.Select(partner => partner.PartnerId));
        Assert.Empty(second.NextPageToken);
        foreach (var wrong in new[] { new ListPartnersRequest { PageSize = -1 }, new ListPartnersRequest { PageToken = "wrong" } })
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await Client.ListPartnersAsync(wrong, cancellationToken: Cancellation));
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        }
    }

    [Fact]
    public async Task ListMessages_FromANumber_GivesTheLogFromThere()
    {
        await CreateAsync("a");
        await AppendAsync(4);

        var response = await Client.ListMessagesAsync(new() { PartnerId = "a", FromSequence = 3 }, cancellationToken: Cancellation);
        var beyond = await Client.ListMessagesAsync(new() { PartnerId = "a", FromSequence = 5 }, cancellationToken: Cancellation);
        var state = await Client.GetDeliveryStateAsync(new() { PartnerId = "a" }, cancellationToken: Cancellation);

        Assert.Equal([3, 4], response.Messages.Select(message => message.Sequence));
        Assert.Equal("article:a3:1", response.Messages[0].MessageId);
        Assert.Equal("a.article.en", response.Messages[0].RoutingKey);
        Assert.Equal("{}", response.Messages[0].Ninjs);
        Assert.Empty(beyond.Messages);
        Assert.Equal((4, 4), (state.LastSequence, state.ConfirmedSequence));
    }

    [Fact]
    public async Task ListMessages_NoLongerKept_SaysWhichAre()
    {
        await CreateAsync("a");
        await AppendAsync(5);
        await _host.Services.GetRequiredService<DeliveryStore>().TrimAsync(TimeSpan.FromDays(1), 2, Cancellation);

        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await Client.ListMessagesAsync(new() { PartnerId = "a" }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Contains("from_sequence 4", error.GetRpcStatus()!.GetDetail<Google.Rpc.PreconditionFailure>()!.Violations[0].Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_CreateAndGet_SpeakJson()
    {
        using var http = new HttpClient { BaseAddress = _host.Addresses().Http };

        using var created = await http.PostAsJsonAsync("v1/partners", new { partnerId = "json", displayName = "J" }, Cancellation);
        created.EnsureSuccessStatusCode();
        var partner = await http.GetFromJsonAsync<JsonElement>("v1/partners/json", Cancellation);

        Assert.Equal("J", partner.GetProperty("partner").GetProperty("displayName").GetString());
        await AppendAsync(3);
        var messages = await http.GetFromJsonAsync<JsonElement>("v1/partners/json/messages?from_sequence=2&page_size=1", Cancellation);
        Assert.Equal(2, Assert.Single(messages.GetProperty("messages").EnumerateArray()).GetProperty("sequence").GetInt64());
    }

    private async Task<CreatePartnerResponse> CreateAsync(string partnerId, string requestId = "", params string[] languages)
    {
        var partner = new V1.Partner { PartnerId = partnerId, DisplayName = "Name of " + partnerId, Entitlement = new Entitlement() };
        partner.Entitlement.Languages.Add(languages);
        return await Client.CreatePartnerAsync(new CreatePartnerRequest { Partner = partner, RequestId = requestId }, cancellationToken: Cancellation);
    }

    private async Task AppendAsync(int count)
    {
        for (var number = 1; number <= count; number++)
        {
            await _host.Services.GetRequiredService<DeliveryStore>()
                .AppendAsync(new Subject(Subject.Article, $"a{number}", 1, "en"), null, _ => "{}", Cancellation);
        }
    }
}
