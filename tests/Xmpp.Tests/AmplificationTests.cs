using System.Collections.Frozen;
using Certificates;
using Conformance;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>
/// What costs a hostile server little must not cost us much, and above all nothing to the others: answers it does not read, sessions it breaks, questions it leaves open, names it invents,
/// counts it lies about.
/// </summary>
public sealed class AmplificationTests
{
    private const string Managed = "<sm xmlns='urn:xmpp:sm:3'/>";

    [Fact, Clause("RFC 6120", "13.12")]
    public async Task Whoever_has_proved_nothing_and_reads_nothing_is_not_kept_answers_for()
    {
        await using var node = Serving();
        using var peer = await RawPeer.ConnectAsync(node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("</stream:features>");
        var ended = node.EndedAsync();
        string question = $"<db:verify from='capulet.example' to='contoso.example' id='{new string('\"', 1_000)}'>k</db:verify>";
        string questions = string.Concat(Enumerable.Repeat(question, 50));
        try
        {
            while (!ended.IsCompleted) await peer.SendAsync(questions);
        }
        catch (IOException)
        {
            // It has hung up.
        }

        Assert.Equal(XmppReason.ResourceConstraint, await ended);
    }

    [Fact, Clause("RFC 6120", "4.6.1")]
    public async Task White_space_without_end_is_not_kept_and_buys_no_time_before_anything_is_proved()
    {
        await using var node = Serving();
        using var peer = await RawPeer.ConnectAsync(node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("</stream:features>");
        byte[] white = new byte[64 * 1024];
        Array.Fill(white, (byte)' ');
        for (int n = 0; n < 64; n++) await peer.SendAsync(white);
        node.Time.Push(TimeSpan.FromSeconds(20));
        await peer.SendAsync("\n");
        node.Time.Push(TimeSpan.FromSeconds(6));

        await peer.HearAsync("<connection-timeout");
        Assert.Equal(XmppReason.NegotiationTimeout, await node.EndedAsync());
    }

    [Fact, Clause("XEP-0198", "5")]
    public async Task Sessions_that_one_domain_breaks_leave_room_for_those_of_others()
    {
        await using var node = Serving(new XmppOptions { SessionsMax = 2 });
        string first = await BrokenSessionAsync(node, "capulet.example");
        node.Time.Push(TimeSpan.FromSeconds(1));
        string second = await BrokenSessionAsync(node, "capulet.example");

        using (var honest = await AuthenticateAsync(node, "montague.example"))
        {
            await EnableAsync(honest);
            await honest.SendAsync("<r xmlns='urn:xmpp:sm:3'/>");
            await honest.HearAsync("<a xmlns='urn:xmpp:sm:3' h='0'/>");
            Assert.False(await IsResumedAsync(node, first));
            Assert.True(await IsResumedAsync(node, second));
        }
    }

    [Fact, Clause("XEP-0198", "3")]
    public async Task Where_no_session_can_be_remembered_none_is_promised_and_the_stream_goes_on_without()
    {
        await using var node = Serving(new XmppOptions { SessionsMax = 1 });
        using var first = await AuthenticateAsync(node, "montague.example");
        await EnableAsync(first);
        using var second = await AuthenticateAsync(node, "capulet.example");
        await second.SendAsync("<enable xmlns='urn:xmpp:sm:3' resume='true'/><message from='juliet@capulet.example' to='alice@contoso.example'><body>counted by nobody</body></message>");

        await second.HearAsync("<failed xmlns='urn:xmpp:sm:3'>");
        Assert.Equal("counted by nobody", (await node.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    [Fact, Clause("XEP-0198", "5")]
    public async Task Of_one_domain_only_so_many_broken_sessions_are_remembered()
    {
        await using var node = Serving();
        string first = await BrokenSessionAsync(node, "capulet.example");
        node.Time.Push(TimeSpan.FromSeconds(1));
        string last = "";
        for (int n = 0; n < 64; n++) last = await BrokenSessionAsync(node, "capulet.example");

        Assert.False(await IsResumedAsync(node, first));
        Assert.True(await IsResumedAsync(node, last));
    }

    [Fact, Clause("XEP-0198", "4")]
    public async Task A_peer_may_not_acknowledge_what_it_was_never_sent()
    {
        await using var node = Serving();
        using var peer = await AuthenticateAsync(node, "capulet.example");
        await EnableAsync(peer);
        await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='4294967295'/>");

        await peer.HearAsync("<undefined-condition");
        Assert.Equal(XmppReason.HandledTooMany, await node.EndedAsync());
    }

    [Fact, Clause("XEP-0198", "4")]
    public async Task A_server_that_lies_about_its_count_is_not_sent_the_same_for_ever_and_the_sender_is_told()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@capulet.example", "again and again");
        for (int n = 0; n < 3; n++)
        {
            using var peer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", Managed);
            await peer.HearAsync("<body>again and again</body>");
            await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='9'/>");
            await peer.HearEndAsync();
            Assert.Equal(XmppReason.HandledTooMany, await contoso.EndedAsync());
        }

        // Once, at once or late: whoever waits long enough hears first that it went.
        bool isLate = (await sent).IsDelivered;
        await Deadline.Until(() => contoso.Side.Metrics.LateErrors == (isLate ? 1 : 0), "the sender to be told");
        var pair = Assert.Single(contoso.Side.Pairs);
        Assert.Equal(("idle", 0, "xmpp.HandledTooMany"), (pair.Phase, pair.QueuedItems, pair.LastFailure));
    }

    [Fact, Clause("XEP-0198", "5")]
    public async Task A_server_that_breaks_again_and_again_but_goes_on_is_sent_everything()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        string[] bodies = [.. Enumerable.Range(0, 5).Select(n => $"line {n}")];
        var sent = bodies.Select(body => contoso.SendAsync("juliet@capulet.example", body)).ToList();
        for (int n = 0; n < bodies.Length; n++)
        {
            using var peer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", Managed);
            await peer.HearAsync($"<body>{bodies[^1]}</body>");
            Assert.DoesNotContain($"<body>line {n - 1}</body>", peer.Heard, StringComparison.Ordinal);
            Assert.Contains($"<body>line {n}</body>", peer.Heard, StringComparison.Ordinal);
            await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
            await Deadline.Until(() => contoso.Side.Streams.All(s => s.Unacknowledged == bodies.Length - n - 1), "the acknowledgement to be read");
        }

        foreach (var one in sent) Assert.True((await one).IsDelivered);
        Assert.Equal(0, contoso.Side.Metrics.LateErrors);
    }

    [Fact, Clause("XEP-0220", "2.5")]
    public async Task A_question_that_nobody_waits_for_any_more_goes_on_dialling_nobody()
    {
        // No longer than one place has, so that the question is always the first to be over.
        await using var node = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1, DialbackSecondsMax = 10 });
        await using var mute = await MutePeer.StartAsync();
        await using var next = await MutePeer.StartAsync();
        node.Knows(node.PeerOf("capulet.example", "") with
        {
            Addresses = [$"127.0.0.1:{mute.Port}", $"127.0.0.1:{next.Port}"], AllowsDialback = true, Tls = TlsPolicy.Optional,
        });
        for (int n = 1; n <= 2; n++)
        {
            using var asking = await RawPeer.ConnectAsync(node);
            await asking.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
            await asking.HearAsync("</stream:features>");
            await asking.SendAsync("<db:result from='capulet.example' to='contoso.example'>0123</db:result>");
            int expected = n;
            await Deadline.Until(() => mute.Accepted == expected, "the question to be on its way");
            // The question is answered by its deadline, then the place that never spoke is given up: the next one would be dialled now.
            node.Time.Push(TimeSpan.FromSeconds(11));
            await Deadline.Until(() => !node.Side.Streams.Any(s => !s.IsInbound && s.Phase != "Closed"), "the silent place to be left");
        }

        Assert.Equal(0, next.Accepted);
    }

    [Fact, Item("PS-127")]
    public async Task Names_that_a_stranger_invents_take_no_room_from_those_who_have_something_to_say()
    {
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("contoso.example", "127.0.0.1:1"));
        await using var node = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1, PairsMax = 5 });
        string[] invented = [.. Enumerable.Range(0, 4).Select(n => $"d{n}.example")];
        Discover(node, [], [.. invented, "capulet.example"]);
        node.Resolver.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(1, 1, (ushort)capulet.Port, "xmpp.capulet.example")).Host("xmpp.capulet.example", "127.0.0.1");
        foreach (string domain in invented) Assert.Equal("xmpp.RemoteServerNotFound", (await node.SendAsync("x@" + domain)).Failure!.Reason);

        node.Time.Push(TimeSpan.FromSeconds(1));
        Assert.True((await node.SendAsync("juliet@capulet.example")).IsDelivered);
    }

    [Fact, Item("PS-127")]
    public async Task Domains_that_nobody_configured_leave_room_for_the_pairs_of_those_who_are()
    {
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("contoso.example", "127.0.0.1:1"));
        await using var node = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1, PairsMax = 4, NegotiationSecondsMax = 3_600 });
        await using var mute = await MutePeer.StartAsync();
        string[] stalling = [.. Enumerable.Range(0, 4).Select(n => $"d{n}.example")];
        Discover(node, [node.PeerOf("capulet.example", $"127.0.0.1:{capulet.Port}")], stalling);
        foreach (string domain in stalling)
            node.Resolver.Service($"_xmpp-server._tcp.{domain}", new SrvRecord(1, 1, (ushort)mute.Port, "xmpp.d.example")).Host("xmpp.d.example", "127.0.0.1");
        Task<Outcome>[] sent = [.. stalling.Select(domain => node.SendAsync("x@" + domain))];

        Assert.Equal("xmpp.ResourceConstraint", (await sent[3]).Failure!.Reason);
        Assert.True((await node.SendAsync("juliet@capulet.example")).IsDelivered);
    }

    [Fact, Item("PS-127")]
    public async Task Servers_that_only_stall_use_up_no_more_than_the_share_of_those_whom_nobody_configured()
    {
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("contoso.example", "127.0.0.1:1"));
        await using var node = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1, DiscoveredEffortsMax = 1 });
        await using var mute = await MutePeer.StartAsync();
        Discover(node, [node.PeerOf("capulet.example", $"127.0.0.1:{capulet.Port}")], ["stalls.example", "other.example"]);
        node.Resolver.Service("_xmpp-server._tcp.stalls.example", new SrvRecord(1, 1, (ushort)mute.Port, "xmpp.stalls.example")).Host("xmpp.stalls.example", "127.0.0.1");
        var stalled = node.SendAsync("x@stalls.example");
        await Deadline.Until(() => mute.Accepted == 1 && node.Side.Streams.Count == 1, "the stalling server to be reached");

        Assert.Equal("xmpp.ResourceConstraint", (await node.SendAsync("x@other.example")).Failure!.Reason);
        Assert.True((await node.SendAsync("juliet@capulet.example")).IsDelivered);

        node.Time.Push(TimeSpan.FromSeconds(26));
        Assert.NotNull((await stalled).Failure);
        await Deadline.Until(() => node.Side.Pairs.Any(pair => pair is { RemoteDomain: "stalls.example", Phase: "idle" }), "the effort to be over");
        // Having had no room said nothing of the domain: it is looked for as soon as there is some.
        Assert.Equal("xmpp.RemoteServerNotFound", (await node.SendAsync("x@other.example")).Failure!.Reason);
    }

    [Fact, Item("PS-127")]
    public async Task A_flood_of_names_makes_nobody_forget_which_domain_failed()
    {
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("contoso.example", "127.0.0.1:1"));
        await using var node = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1 });
        Discover(node, [], ["capulet.example"]);
        Assert.Equal("xmpp.RemoteServerNotFound", (await node.SendAsync("juliet@capulet.example")).Failure!.Reason);
        node.Resolver.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(1, 1, (ushort)capulet.Port, "xmpp.capulet.example")).Host("xmpp.capulet.example", "127.0.0.1");

        for (int n = 0; n < 20_000; n++) Assert.NotNull(node.Registry.Current.Peers.Discover($"d{n}.example", Protocol.Xmpp));
        Assert.Equal("xmpp.RemoteServerNotFound", (await node.SendAsync("juliet@capulet.example")).Failure!.Reason);
        node.Side.ForgetFailures(null);
        Assert.True((await node.SendAsync("juliet@capulet.example")).IsDelivered);
    }

    [Fact]
    public async Task Streams_to_strangers_that_do_nothing_make_room_when_there_is_little()
    {
        await using var capulet = new Node("capulet.example");
        await using var montague = new Node("montague.example");
        foreach (var other in (Node[])[capulet, montague]) other.Knows(other.PeerOf("contoso.example", "127.0.0.1:1"));
        await using var node = new Node("contoso.example", connectionsMax: 8);
        Discover(node, [node.PeerOf("montague.example", $"127.0.0.1:{montague.Port}")], ["capulet.example"]);
        node.Resolver.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(1, 1, (ushort)capulet.Port, "xmpp.capulet.example")).Host("xmpp.capulet.example", "127.0.0.1");
        Assert.True((await node.SendAsync("juliet@capulet.example")).IsDelivered);
        Assert.True((await node.SendAsync("romeo@montague.example")).IsDelivered);
        node.Time.Push(TimeSpan.FromSeconds(11));
        Assert.Equal(2, node.Side.Streams.Count);

        var crowd = new List<RawPeer>();
        for (int n = 0; n < 5; n++) crowd.Add(await RawPeer.ConnectAsync(node));
        await Deadline.Until(() => node.Hub.Count == 7, "the crowd to be there");
        node.Time.Push(TimeSpan.FromSeconds(1));
        Assert.Equal(XmppReason.ConnectionTimeout, await node.EndedAsync());
        foreach (var one in crowd) one.Dispose();

        Assert.Contains(node.Side.Streams, s => s.RemoteDomain == "montague.example");
        await Deadline.Until(() => node.Hub.Count < 7, "the crowd to be gone");
        Assert.True((await node.SendAsync("juliet@capulet.example")).IsDelivered);
    }

    [Fact]
    public async Task Names_in_certificates_and_words_in_stream_errors_steer_no_terminal()
    {
        await using var node = Serving();
        var leaf = Node.Lab.Issue(LabLeafOptions.For("other.example") with { CommonName = "a\u001b[2Jb" });
        using (var liar = await RawPeer.SecureAsync(node, "capulet.example", leaf)) await liar.HearAsync("<not-authorized");
        Assert.Equal(XmppReason.CertificateRefused, await node.EndedAsync());
        using (var rude = await AuthenticateAsync(node, "capulet.example"))
        {
            await rude.SendAsync("<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                + "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>&#x9b;31mred&#10;refused nobody&#x202e;</text></stream:error>");
            await rude.HearEndAsync();
        }

        await Deadline.Until(() => node.Refusals.Snapshot().Any(r => r.Reason == "xmpp.PeerStreamError"), "the stream error to be told");
        string told = string.Concat(node.Refusals.Snapshot().Select(r => r.Text));
        Assert.Contains("\\u001b", told, StringComparison.Ordinal);
        Assert.Contains("\\u009b31mred\\u000arefused nobody\\u202e", told, StringComparison.Ordinal);
        Assert.DoesNotContain(told, char.IsControl);
    }

    private static Node Serving(XmppOptions? options = null)
    {
        var node = new Node("contoso.example", options: options);
        node.Knows(node.PeerOf("capulet.example", "127.0.0.1:1"), node.PeerOf("montague.example", "127.0.0.1:1"));
        return node;
    }

    private static void Discover(Node node, PeerModel[] peers, string[] domains) => node.Registry.Publish(new FederationTables(new FederationModel
    {
        Peers = [new PeerModel("edge", Protocol.Sip) { Addresses = ["127.0.0.1:1"], FromDomains = FrozenSet.Create("contoso.example"), TlsSubjects = ["e.example"] }, .. peers],
        DiscoveredXmpp = new PeerModel("", Protocol.Xmpp) { AllowsPrivateTargets = true },
        Domains = [.. domains.Select(d => new DomainModel(d, DomainKind.Xmpp))],
    }));

    private static Task<RawPeer> AuthenticateAsync(Node node, string domain) => RawPeer.AuthenticateAsync(node, domain, Node.Lab.Issue(domain));

    private static async Task<string> EnableAsync(RawPeer peer)
    {
        await peer.SendAsync("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
        await peer.HearAsync("<enabled ");
        await peer.HearAsync("/>");
        int at = peer.Heard.IndexOf(" id='", peer.Heard.IndexOf("<enabled", StringComparison.Ordinal), StringComparison.Ordinal) + 5;
        return peer.Heard[at..peer.Heard.IndexOf('\'', at)];
    }

    private static async Task<string> BrokenSessionAsync(Node node, string domain)
    {
        string id;
        using (var peer = await AuthenticateAsync(node, domain)) id = await EnableAsync(peer);
        Assert.Equal(XmppReason.ConnectionLost, await node.EndedAsync());
        return id;
    }

    private static async Task<bool> IsResumedAsync(Node node, string id)
    {
        using var peer = await AuthenticateAsync(node, "capulet.example");
        await peer.SendAsync($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{id}'/>");
        await peer.HearAsync("xmlns='urn:xmpp:sm:3'");
        return peer.Heard.Contains("<resumed", StringComparison.Ordinal);
    }
}
