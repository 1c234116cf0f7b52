using Lab.Raw;

namespace Appliance.Tests.Interop;

/// <summary>What ejabberd 23.01 offers to another server: neither counting (XEP-0198) nor one stream for both ways (XEP-0288), and its page says what that means.</summary>
[Collection(nameof(TrustStage))]
public sealed class EjabberdFeaturesTests(TrustStage stage)
{
    [Fact]
    public async Task Neither_counting_nor_both_ways_on_one_stream_is_offered_before_or_after_authentication()
    {
        var far = Cell.Of(TrustStage.Ejabberd).First(c => c is { Certificate: "valid", Policy: "required", IsDirect: false }).Far;
        using var server = await RawXmppServer.ConnectAsync(stage.PortOf(TrustStage.Ejabberd), "probe.example", far);
        Assert.Contains("EXTERNAL", await server.SecureAsync(stage.Certificates.Valid("probe", "probe.example")), StringComparison.Ordinal);
        await server.AuthenticateAsync();

        Assert.DoesNotContain("urn:xmpp:features:bidi", server.Connection.Seen, StringComparison.Ordinal);
        Assert.DoesNotContain("urn:xmpp:sm:", server.Connection.Seen, StringComparison.Ordinal);
    }
}
