using Conformance;
using Gateway.Federation.Peers;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>How long one peer may take, where its record says other than RFC 3261 (OCS-044).</summary>
public sealed class PeerTimesTests
{
    [Fact, Item("OCS-044")]
    public async Task A_request_fails_after_the_time_the_peers_record_gives_it()
    {
        await using var rig = await Rig.StartAsync();
        var quick = With(rig, new SipPeerTerms { AnswerSecondsMax = 4 });
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello", by: quick);
        await edge.RequestAsync("INVITE");
        await edge.SettleAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("sip.TransactionTimeout", (await outcome).Failure!.Reason);
    }

    [Fact, Item("OCS-044")]
    public async Task A_slow_peer_is_waited_for()
    {
        await using var rig = await Rig.StartAsync();
        var slow = With(rig, new SipPeerTerms { AnswerSecondsMax = 64 });
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello", by: slow);
        var invite = await edge.RequestAsync("INVITE");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        await edge.SendAsync(Lines.Accepted(invite));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);
    }

    [Fact, Item("OCS-044")]
    public async Task An_invitation_is_taken_back_when_it_rang_as_long_as_the_record_allows()
    {
        await using var rig = await Rig.StartAsync();
        var hasty = With(rig, new SipPeerTerms { RingSecondsMax = 3 });
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello", by: hasty);
        var invite = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Response(invite, 180));
        await edge.SettleAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(4));
        var cancel = await edge.RequestAsync("CANCEL");
        await edge.SendAsync(Lines.Response(cancel, 200) + Lines.Response(invite, 487));
        await edge.RequestAsync("ACK");
        Assert.False((await outcome).IsDelivered);
    }

    private static PeerModel With(Rig rig, SipPeerTerms terms)
    {
        var peer = rig.Edge with { Sip = terms };
        rig.Publish(peer, rig.Other);
        return peer;
    }
}
