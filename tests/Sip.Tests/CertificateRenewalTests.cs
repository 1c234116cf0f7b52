using Certificates;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>
/// Our certificate is replaced while connections stand (OCS-060, PIF-028): those on which the old one was shown take nothing new, finish what they carry, and are closed in order within their bound.
/// </summary>
public sealed class CertificateRenewalTests
{
    [Fact, Item("OCS-060")]
    public async Task A_connection_of_ours_finishes_what_it_carries_while_what_is_new_goes_over_the_new_certificate()
    {
        await using var rig = await Rig.StartAsync();
        var first = rig.Depart("hello");
        var old = await rig.AcceptAsync();
        await old.SendAsync(Lines.Accepted(await old.RequestAsync("INVITE")));
        await old.SendAsync(Lines.Response(await old.RequestAsync("MESSAGE"), 200));
        Assert.True((await first).IsDelivered);
        var carried = rig.Depart("still here");
        var message = await old.RequestAsync("MESSAGE");

        var renewed = Replace(rig);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        var fresh = await rig.AcceptAsync();
        Assert.Equal(renewed.Certificate.SerialNumber, fresh.Shown);
        Assert.NotEqual(fresh.Shown, old.Shown);
        await Rig.UntilAsync(() => Versions(rig).SequenceEqual([(1, "leaving"), (2, "")]), "both connections in the view");

        // Something new goes by the new one, what was begun is answered on the old one.
        var second = rig.Depart("to another", to: new Address("al", "contoso.example"));
        await fresh.SendAsync(Lines.Accepted(await fresh.RequestAsync("INVITE")));
        await fresh.SendAsync(Lines.Response(await fresh.RequestAsync("MESSAGE"), 200));
        Assert.True((await second).IsDelivered);
        await old.SendAsync(Lines.Response(message, 200));
        Assert.True((await carried).IsDelivered);

        rig.Time.Advance(TimeSpan.FromSeconds(40));
        await old.EndAsync();
        var after = rig.Depart("in the dialog it had");
        await fresh.SendAsync(Lines.Response(await fresh.RequestAsync("MESSAGE"), 200));
        Assert.True((await after).IsDelivered);
    }

    [Fact, Item("OCS-060")]
    public async Task What_waits_for_its_answer_holds_a_connection_and_the_bound_ends_it()
    {
        await using var rig = await Rig.StartAsync();
        var ringing = rig.Depart("anybody?");
        var old = await rig.AcceptAsync();
        await old.SendAsync(Lines.Response(await old.RequestAsync("INVITE"), 180));
        await Rig.UntilAsync(() => rig.View.Links[0].Connections.Count == 1, "the connection in the view");
        Replace(rig);
        rig.Time.Advance(TimeSpan.FromSeconds(100));
        Assert.Contains((1, "leaving"), Versions(rig));
        rig.Time.Advance(TimeSpan.FromSeconds(205));
        await old.EndAsync();
        Assert.False((await ringing).IsDelivered);
    }

    [Fact, Item("OCS-060")]
    public async Task A_connection_the_peer_opened_is_served_until_it_pauses()
    {
        await using var rig = await Rig.StartAsync();
        var old = await rig.DialBoundAsync();
        Replace(rig);
        for (var i = 0; i < 4; i++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(20));
            await old.SettleAsync();
        }

        Assert.Equal([(1, "leaving")], Versions(rig));
        rig.Time.Advance(TimeSpan.FromSeconds(40));
        await old.EndAsync();
        await rig.DialBoundAsync();
        await Rig.UntilAsync(() => Versions(rig).SequenceEqual([(2, "")]), "the new connection alone in the view");
    }

    [Fact, Item("OCS-060")]
    public async Task A_new_set_that_still_holds_the_certificate_leaves_its_connections_alone()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var set = rig.Own.Current;
        rig.Own.Current = new CertificateSet(2, [.. set.Own, Rig.Lab.Issue("other.example").ToOwn("other")], set.Trust);
        rig.Time.Advance(TimeSpan.FromSeconds(400));
        await edge.SettleAsync();
        Assert.Equal([(1, "")], Versions(rig));
    }

    [Fact, Item("OCS-060")]
    public async Task A_peer_that_the_new_trust_does_not_prove_is_closed_at_once()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        rig.Own.Current = new CertificateSet(2, rig.Own.Current.Own, [Rig.Stranger.ToTrust("default")]);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await edge.EndAsync();
        Assert.Contains(rig.Refusals.Snapshot(), r => r is { Subject: "edge", Reason: "certificates.UnknownCa" });
    }

    private static LabLeaf Replace(Rig rig)
    {
        var renewed = Rig.Lab.Issue(Rig.Fqdn);
        rig.Own.Current = new CertificateSet(2, [renewed.ToOwn("gw")], rig.Own.Current.Trust);
        return renewed;
    }

    private static IEnumerable<(int Version, string State)> Versions(Rig rig) =>
        rig.View.Links.SelectMany(l => l.Connections).Select(c => (c.CertificateVersion, c.State)).Order();
}
