using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Gateway.Transport;
using Gateway.Xmpp;

namespace Xmpp.Tests;

/// <summary>What operators see of streams: the fields of the list of connections (PS-131), the gauges over them, and whom a trace concerns (PSB-077).</summary>
public sealed class SightTests
{
    [Fact]
    [Item("PS-131")]
    public async Task Both_ends_of_a_stream_tell_who_proved_what_how_since_when_and_how_much_crossed()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var before = contoso.Time.GetUtcNow();
        for (var n = 0; n < 3; n++) Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);
        for (var n = 0; n < 3; n++) await capulet.Crossing.MessageAsync();
        var after = contoso.Time.GetUtcNow();

        var sent = Assert.Single(contoso.Side.Streams);
        var came = Assert.Single(capulet.Side.Streams);

        Assert.Equal((false, true), (sent.IsInbound, came.IsInbound));
        Assert.Equal(("peer-capulet.example", "peer-contoso.example"), (sent.Peer, came.Peer));
        Assert.Equal(("contoso.example→capulet.example", "contoso.example→capulet.example"), (Assert.Single(sent.Pairs), Assert.Single(came.Pairs)));
        Assert.Equal((3, 0), (sent.StanzasOut, sent.StanzasIn));
        Assert.Equal((3, 0), (came.StanzasIn, came.StanzasOut));
        foreach (var stream in (StreamSnapshot[])[sent, came])
        {
            Assert.Equal(("external", "Open"), (stream.ProvedBy, stream.Phase));
            Assert.StartsWith("Tls1", stream.TlsVersion, StringComparison.Ordinal);
            Assert.StartsWith("TLS_", stream.Cipher, StringComparison.Ordinal);
            Assert.InRange(stream.Since, before, after);
            // Told by two clocks, read one after the other.
            Assert.InRange(stream.LastStanzaAt!.Value, before.AddSeconds(-1), after.AddSeconds(1));
            Assert.NotEmpty(stream.Trust);
            Assert.StartsWith("127.0.0.1:", stream.Remote, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Item("PS-131")]
    public async Task On_a_stream_for_both_directions_each_direction_is_counted()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet, peer => peer with { UsesBidi = true });
        Assert.True((await contoso.SendAsync("juliet@capulet.example", "there")).IsDelivered);
        await capulet.Crossing.MessageAsync();
        Assert.True((await capulet.SendAsync("alice@contoso.example", "and back")).IsDelivered);
        await contoso.Crossing.MessageAsync();

        var (one, other) = (Assert.Single(contoso.Side.Streams), Assert.Single(capulet.Side.Streams));

        Assert.Equal((1, 1, 1, 1), (one.StanzasIn, one.StanzasOut, other.StanzasIn, other.StanzasOut));
        Assert.Contains("0288", one.Features, StringComparer.Ordinal);
    }

    [Fact]
    [Item("PS-131")]
    public async Task Streams_features_and_unacknowledged_stanzas_are_gauges_by_peer()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("gauge.example"));
        contoso.Knows(contoso.PeerOf("gauge.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@gauge.example");
        using var peer = await server.AcceptAuthenticatedAsync("gauge.example", "contoso.example", "<sm xmlns='urn:xmpp:sm:3'/>");
        await peer.HearAsync("<enable ");
        await peer.SendAsync("<enabled xmlns='urn:xmpp:sm:3'/>");
        await peer.HearAsync("</message>");
        using var gauges = new Gauges("peer-gauge.example");

        Assert.Equal(1, Assert.Single(contoso.Side.Streams).Unacknowledged);
        Assert.Equal(1, gauges.Read("gateway_xmpp_streams", "direction=out", "proof=external", "tls=Tls13"));
        Assert.Equal(1, gauges.Read("gateway_xmpp_unacknowledged_stanzas"));
        Assert.InRange(gauges.ReadAnyPeer("gateway_xmpp_stream_features", "feature=0198", "direction=out"), 1, int.MaxValue);
        await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        Assert.True((await sent).IsDelivered);
        await Deadline.Until(() => gauges.Read("gateway_xmpp_unacknowledged_stanzas") == 0, "the acknowledgement to be counted");
    }

    [Fact]
    [Item("PS-131")]
    [Item("PS-127")]
    public async Task Pairs_that_rest_after_a_failure_are_a_gauge_by_peer_and_reason_until_they_are_forgotten()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("resting.example", "127.0.0.1:1"));
        for (var failure = 0; failure < 7; failure++)
        {
            // The rest is doubled to a minute, which no test takes.
            contoso.Time.Push(TimeSpan.FromSeconds(61));
            Assert.False((await contoso.SendAsync("juliet@resting.example")).IsDelivered);
        }

        using var gauges = new Gauges("peer-resting.example");
        var reason = Assert.Single(contoso.Side.Pairs).LastFailure;

        Assert.Equal(1, gauges.Read("gateway_xmpp_resting_pairs", $"reason={reason}"));
        Assert.Equal(1, contoso.Side.ForgetFailures("resting.example"));
        Assert.Equal(0, gauges.Read("gateway_xmpp_resting_pairs"));
    }

    [Fact]
    public async Task A_stream_of_ours_that_stood_and_ended_for_a_fault_of_the_peer_is_told_with_its_reason()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        _ = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", "<sm xmlns='urn:xmpp:sm:3'/>");
        await peer.HearAsync("</message>");
        await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='9'/>");

        await Deadline.Until(() => contoso.Refusals.Snapshot().Any(r => r is { Subject: "peer-capulet.example", Reason: "xmpp.HandledTooMany", Count: 1 }), "the end to be told");
    }

    [Fact]
    [Item("PSB-077")]
    public async Task A_stream_concerns_its_peer_and_the_domains_on_it_and_nobody_else()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var tap = new Recorder();
        capulet.Hub.Tap = tap;
        Assert.True((await contoso.SendAsync("juliet@capulet.example", "words")).IsDelivered);
        await capulet.Crossing.MessageAsync();

        var connection = Assert.Single(capulet.Hub.Connections);
        foreach (var subject in (string[])["peer-contoso.example", "contoso.example", "capulet.example"]) Assert.True(connection.Concerns(subject), subject);
        foreach (var subject in (string[])["peer-capulet.example", "montague.example"]) Assert.False(connection.Concerns(subject), subject);
        string[] expected =
            ["in <stream", "out <?xml", "out <stream:features", "in <starttls", "out <proceed", "in <stream", "out <?xml", "out <stream:features", "in <auth", "out <success", "in <stream"];
        Assert.Equal(expected, tap.Messages.Take(expected.Length).Select((m, at) => m[..Math.Min(m.Length, expected[at].Length)]));
        Assert.Single(tap.Messages, m => m.Contains("<body>words</body>", StringComparison.Ordinal));
    }

    [Fact]
    [Item("PSB-077")]
    public async Task A_stream_concerns_nobody_until_somebody_says_who_he_is_and_then_whom_he_claims_to_be()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var peer = await RawPeer.ConnectAsync(contoso);
        await Deadline.Until(() => contoso.Side.Streams.Count == 1, "the stream to be there");
        var connection = Assert.Single(contoso.Hub.Connections);
        Assert.Null(connection.Concerns("peer-capulet.example"));

        await peer.SendAsync(ScriptedServer.Header("capulet.example", "contoso.example", "s1"));
        await peer.HearAsync("</stream:features>");

        Assert.True(connection.Concerns("peer-capulet.example"));
        Assert.True(connection.Concerns("capulet.example"));
        Assert.False(connection.Concerns("montague.example"));
    }

    /// <summary>Writes down whole messages.</summary>
    private sealed class Recorder : IWireTap
    {
        public ConcurrentQueue<string> Messages { get; } = new();

        public void OnMessage(TransportConnection connection, bool isReceived, ReadOnlySpan<byte> message) =>
            Messages.Enqueue((isReceived ? "in " : "out ") + System.Text.Encoding.UTF8.GetString(message));
    }

    /// <summary>Reads the gauges of every node of this process; the peer's name tells ours from those of tests beside this one.</summary>
    private sealed class Gauges : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<(string Name, string Labels, int Value)> _seen = [];
        private readonly string _peer;

        public Gauges(string peer)
        {
            _peer = $"peer={peer}";
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == XmppMetrics.MeterName) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) =>
                _seen.Add((instrument.Name, ' ' + string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}")) + ' ', value)));
            _listener.Start();
        }

        public int Read(string name, params string[] labels) => ReadAnyPeer(name, [_peer, .. labels]);

        public int ReadAnyPeer(string name, params string[] labels)
        {
            _seen.Clear();
            _listener.RecordObservableInstruments();
            return _seen.Where(s => s.Name == name && labels.All(l => s.Labels.Contains($" {l} ", StringComparison.Ordinal))).Sum(s => s.Value);
        }

        public void Dispose() => _listener.Dispose();
    }
}
