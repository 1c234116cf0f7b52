using System.Security.Authentication;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>Who may ask at all: RFC 5922 §7, design §7 and law 15. A stranger gets one 403 that says why, and no connection to keep asking on.</summary>
public sealed class AdmissionTests
{
    public static TheoryData<string, string> Strangers => new()
    {
        { "unknown-ca", "certificates." },
        { "wrong-name", "certificates.WrongName" },
        { "expired", "certificates.Expired" },
    };

    [Fact, Item("PS-058")]
    public async Task A_peer_that_is_switched_off_gets_403_with_the_reason_and_the_connection_ends()
    {
        await using var rig = await Rig.StartAsync();
        var model = rig.Registry.Current.Model;
        rig.Registry.Publish(new FederationTables(model with { Peers = [.. model.Peers.Select(p => p.Protocol == Protocol.Sip ? p with { Policy = LinkPolicy.Denied } : p)] }));
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe(Lines.NewCallId()));

        Assert.Equal(403, answer.Status);
        Assert.Contains("federation.LinkDenied", answer["ms-diagnostics-public"], StringComparison.Ordinal);
        await edge.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task A_stranger_gets_403_with_the_reason_and_the_connection_ends(string kind, string reason)
    {
        await using var rig = await Rig.StartAsync();
        var leaf = kind switch
        {
            "unknown-ca" => Rig.Stranger.Issue("sip.contoso.example"),
            "wrong-name" => Rig.Lab.Issue("sip.montague.example"),
            _ => Rig.Lab.Issue(LabLeafOptions.For("sip.contoso.example") with { NotBefore = DateTimeOffset.UtcNow.AddDays(-20), NotAfter = DateTimeOffset.UtcNow.AddDays(-2) }),
        };
        var edge = await rig.DialAsync(leaf);
        var answer = await edge.AskAsync(Lines.Subscribe(Lines.NewCallId()));

        Assert.Equal(403, answer.Status);
        Assert.Contains(reason, answer["ms-diagnostics-public"], StringComparison.Ordinal);
        await edge.EndAsync();
        Assert.Contains(rig.Reports, r => r.StartsWith("not admitted contoso.example PeerNotProved", StringComparison.Ordinal));
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact]
    public async Task What_a_stranger_sends_behind_its_first_request_is_never_handled()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync(Rig.Stranger.Issue("sip.contoso.example"));
        await edge.SendAsync(Lines.Options("one") + Lines.Options("two") + Lines.Options("three"));

        Assert.Equal(403, (await edge.ResponseAsync("one", "OPTIONS")).Status);
        await edge.EndAsync();
        Assert.Empty(edge.Unread);
        Assert.Single(rig.Reports);
    }

    [Fact]
    public async Task A_domain_no_peer_speaks_for_gets_403_unknown_peer_and_the_connection_ends()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync(Rig.Lab.Issue("sip.montague.example"));
        var answer = await edge.AskAsync(Lines.Request("OPTIONS", Lines.NewCallId(), 1, from: "<sip:romeo@montague.example>;tag=1"));

        Assert.Equal(403, answer.Status);
        Assert.Contains("federation.UnknownPeer", answer["ms-diagnostics-public"], StringComparison.Ordinal);
        await edge.EndAsync();
    }

    [Fact]
    public async Task A_proved_peer_that_claims_a_foreign_domain_gets_403_and_keeps_its_connection()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Request("MESSAGE", Lines.NewCallId(), 1, body: "hi", from: "<sip:romeo@montague.example>;tag=1"));
        Assert.Equal(403, answer.Status);
        Assert.Contains("federation.FromDomainNotAllowed", answer["ms-diagnostics-public"], StringComparison.Ordinal);

        var foreign = await edge.AskAsync(Lines.Request("MESSAGE", Lines.NewCallId(), 1, body: "hi", from: "<sip:bo@fabrikam.example>;tag=1"));
        Assert.Equal(403, foreign.Status);
        Assert.False(rig.Crossing.HasMessages);
        await edge.SettleAsync();
    }

    [Fact]
    public async Task A_peer_that_leaves_the_tables_is_refused_on_the_connection_it_has()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        rig.Publish(rig.Other);

        var answer = await edge.AskAsync(Lines.Subscribe(Lines.NewCallId()));
        Assert.Equal(403, answer.Status);
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact]
    public async Task A_peer_that_leaves_the_tables_loses_its_connections_and_the_others_keep_theirs()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var other = await rig.DialOtherAsync();
        await other.SettleAsync();
        rig.Publish(rig.Other);
        rig.Time.Advance(TimeSpan.FromSeconds(2));

        await edge.EndAsync();
        await other.SettleAsync();
    }

    [Fact]
    public async Task A_connection_that_never_proves_to_be_anybody_is_not_kept()
    {
        await using var rig = await Rig.StartAsync();
        var bound = await rig.DialBoundAsync();
        var mute = await rig.DialAsync();
        await Rig.UntilAsync(() => rig.View.Links.Any(l => l.Peer == "(not proved yet)"), "the connection to be known");
        rig.Time.Advance(TimeSpan.FromSeconds(62));
        await mute.EndAsync();
        await bound.SettleAsync();
    }

    [Fact]
    public async Task A_peer_may_have_as_many_connections_as_its_record_says()
    {
        await using var rig = await Rig.StartAsync();
        rig.Publish(rig.Edge with { Limits = rig.Edge.Limits with { ConnectionsMax = 2 } });
        var first = await rig.DialBoundAsync();
        await rig.DialBoundAsync();
        var third = await rig.DialAsync();
        var answer = await third.AskAsync(Lines.Options(Lines.NewCallId()));
        Assert.Equal((480, true), (answer.Status, answer.Has("Retry-After")));
        await third.EndAsync();

        // One that went makes room.
        await first.DisposeAsync();
        await Rig.UntilAsync(() => rig.View.Links[0].Connections.Count == 1, "the first connection to be gone");
        await rig.DialBoundAsync();
    }

#pragma warning disable SYSLIB0039, CA5397 // What is refused has to be spoken.
    [Theory, Item("PIF-089")]
    [InlineData(SslProtocols.Tls)]
    [InlineData(SslProtocols.Tls11)]
    public async Task A_strict_peer_with_old_TLS_is_closed_before_it_is_read_while_another_may_speak_it(SslProtocols version)
    {
        await using var rig = await Rig.StartAsync();
        rig.Publish(rig.Edge, rig.Other with { TlsVersionMin = TlsVersion.Tls10 });
        var strict = await rig.DialAsync(version: version);
        await strict.EndAsync();
        Assert.Empty(strict.Unread);
        Assert.Equal(["not admitted anybody TlsTooOld None"], rig.Reports);
        Assert.Contains(rig.Refusals.Snapshot(), r => r is { Subject: "edge", Reason: "federation.TlsTooOld" });

        var other = await rig.DialAsync(Rig.Lab.Issue("sip.fabrikam.example"), version);
        Assert.Equal(200, (await other.AskAsync(Lines.Request("OPTIONS", Lines.NewCallId(), 1, from: "<sip:bo@fabrikam.example>;tag=1"))).Status);
    }

    [Fact]
    public async Task A_peer_that_may_speak_old_TLS_no_more_is_closed_with_that_reason()
    {
        await using var rig = await Rig.StartAsync();
        rig.Publish(rig.Edge with { TlsVersionMin = TlsVersion.Tls10 }, rig.Other);
        var old = await rig.DialAsync(version: SslProtocols.Tls);
        await old.SettleAsync();
        rig.Publish(rig.Edge, rig.Other);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await old.EndAsync();
        Assert.Contains(rig.Refusals.Snapshot(), r => r is { Subject: "edge", Reason: "federation.TlsTooOld" });
        await Assert.ThrowsAnyAsync<AuthenticationException>(() => rig.DialAsync(version: SslProtocols.Tls));
    }
#pragma warning restore SYSLIB0039, CA5397

    [Fact]
    public async Task With_no_tables_everything_is_refused()
    {
        await using var rig = await Rig.StartAsync();
        rig.Registry.Publish(FederationTables.Empty);
        var edge = await rig.DialAsync();

        Assert.Equal(403, (await edge.AskAsync(Lines.Options(Lines.NewCallId()))).Status);
        await edge.EndAsync();
    }
}
