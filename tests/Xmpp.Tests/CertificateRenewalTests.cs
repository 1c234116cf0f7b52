using Certificates;
using Conformance;
using Gateway.Federation;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>
/// Our certificate is replaced while streams stand (OCS-060): those on which the old one was shown finish what they carry and end with <c>reset</c> (RFC 6120 §4.9.3.16); new ones show the new one.
/// </summary>
public sealed class CertificateRenewalTests
{
    private static readonly XmppOptions s_patient = new() { ConnectAttemptsMax = 1, PingAnswerSecondsMax = 3_600 };

    [Fact, Item("OCS-060")]
    [Clause("RFC 6120", "4.9.3.16")]
    public async Task A_stream_of_ours_waits_for_what_is_not_acknowledged_and_the_next_one_shows_the_new_certificate()
    {
        await using var contoso = new Node("contoso.example", options: s_patient);
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        var (old, first) = await OpenManagedAsync(contoso, server);
        using var stream = old;
        string before = old.Shown;
        var renewed = Replace(contoso);

        // Nothing is acknowledged yet: however long it is silent, it stays within its bound.
        for (int i = 0; i < 4; i++) contoso.Time.Push(TimeSpan.FromSeconds(20));
        var shown = Assert.Single(contoso.Side.Streams);
        Assert.Equal(("leaving", 1, 1), (shown.Phase, shown.CertificateVersion, shown.Unacknowledged));

        await old.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        Assert.True((await first).IsDelivered);
        await Deadline.Until(() => contoso.Side.Streams.All(s => s.Unacknowledged == 0), "the acknowledgement to be read");
        contoso.Time.Push(TimeSpan.FromSeconds(1));
        contoso.Time.Push(TimeSpan.FromSeconds(6));
        await old.HearAsync("<reset");
        await old.HearAsync("</stream:stream>");
        Assert.Equal(XmppReason.CertificateReplaced, await contoso.EndedAsync());

        var sent = contoso.SendAsync("juliet@capulet.example", "second");
        using var fresh = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example");
        await fresh.HearAsync("second");
        Assert.True((await sent).IsDelivered);
        Assert.Equal(renewed.Certificate.SerialNumber, fresh.Shown);
        Assert.NotEqual(before, fresh.Shown);
        Assert.DoesNotContain("first", fresh.Heard, StringComparison.Ordinal);
    }

    [Fact, Item("OCS-060")]
    public async Task What_is_never_acknowledged_holds_a_stream_no_longer_than_its_bound_and_is_sent_again()
    {
        await using var contoso = new Node("contoso.example", options: s_patient);
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        var (old, _) = await OpenManagedAsync(contoso, server);
        using var stream = old;
        Replace(contoso);
        contoso.Time.Push(TimeSpan.FromSeconds(1));
        contoso.Time.Push(TimeSpan.FromSeconds(301));
        await old.HearAsync("<reset");
        using var fresh = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example");
        await fresh.HearAsync("first");
    }

    [Fact, Item("OCS-060")]
    [Clause("RFC 6120", "4.9.3.16")]
    public async Task A_stream_of_a_peer_ends_in_its_first_pause_and_the_peer_comes_again()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var old = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        var renewed = Replace(contoso);
        contoso.Time.Push(TimeSpan.FromSeconds(1));
        contoso.Time.Push(TimeSpan.FromSeconds(6));
        await old.HearAsync("<reset");
        Assert.Equal(XmppReason.CertificateReplaced, await contoso.EndedAsync());
        Assert.Empty(contoso.Refusals.Snapshot());

        using var again = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        Assert.Equal(renewed.Certificate.SerialNumber, again.Shown);
    }

    [Fact, Item("OCS-060")]
    public async Task A_managed_stream_of_a_peer_is_told_first_what_was_handled()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var old = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        await old.SendAsync("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
        await old.HearAsync("<enabled");
        contoso.Crossing.Answers = false;
        await old.SendAsync("<message from='juliet@capulet.example/b' to='alice@contoso.example' id='1' type='chat'><body>one</body></message>");
        var arrival = (await contoso.Crossing.MessageAsync()).Arrival;
        Replace(contoso);
        for (int i = 0; i < 4; i++) contoso.Time.Push(TimeSpan.FromSeconds(20));
        Assert.Equal("leaving", Assert.Single(contoso.Side.Streams).Phase);

        arrival.Answer(Gateway.Federation.Outcome.Delivered);
        contoso.Time.Push(TimeSpan.FromSeconds(6));
        await old.HearAsync("<a xmlns='urn:xmpp:sm:3' h='1'/><stream:error><reset");
    }

    [Fact, Item("OCS-060")]
    public async Task A_new_set_that_still_holds_the_certificate_leaves_its_streams_alone()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        var set = contoso.Certificates.Current;
        contoso.Certificates.Current = new CertificateSet(2, [.. set.Own, Node.Lab.Issue("other.example").ToOwn("other")], set.Trust);
        contoso.Time.Push(TimeSpan.FromSeconds(1));
        contoso.Time.Push(TimeSpan.FromSeconds(301));
        await peer.SendAsync("<iq type='get' from='capulet.example' to='contoso.example' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
        await Deadline.Until(() => contoso.Side.Streams is [{ StanzasIn: > 0, Phase: not "leaving" }], "the stream to go on");
    }

    private static LabLeaf Replace(Node node)
    {
        var renewed = Node.Lab.Issue(node.Domain);
        node.Certificates.Current = new CertificateSet(2, [renewed.ToOwn("own")], node.Certificates.Current.Trust);
        return renewed;
    }

    private static async Task<(RawPeer Peer, Task<Outcome> Sent)> OpenManagedAsync(Node contoso, ScriptedServer server)
    {
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@capulet.example", "first");
        var peer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", "<sm xmlns='urn:xmpp:sm:3'/>");
        await peer.HearAsync("<enable");
        await peer.SendAsync("<enabled xmlns='urn:xmpp:sm:3'/>");
        await peer.HearAsync("first");
        return (peer, sent);
    }
}
