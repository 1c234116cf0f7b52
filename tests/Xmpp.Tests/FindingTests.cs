using System.Collections.Frozen;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Conformance;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;
using Presence.Core.Model;

namespace Xmpp.Tests;

/// <summary>Finding servers and trying them: RFC 6120 §3.2, attempt rules, rounds, rest after failures, redirections. The sender always hears how it went.</summary>
public sealed class FindingTests
{
    [Fact]
    [Item("PS-127")]
    public async Task A_discovered_domain_that_failed_is_left_alone_for_half_an_hour_or_until_it_is_forgotten()
    {
        await using var contoso = Discovering();
        Assert.Equal("xmpp.RemoteServerNotFound", await ReasonAsync(contoso));
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("contoso.example", "127.0.0.1:1"));
        Publish(contoso, capulet);

        contoso.Time.Push(TimeSpan.FromSeconds(1_700));
        Assert.Equal("xmpp.RemoteServerNotFound", await ReasonAsync(contoso));
        Assert.InRange(Assert.Single(contoso.Side.Pairs).RetryInSeconds, 1, 100);
        contoso.Time.Push(TimeSpan.FromSeconds(101));
        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);

        Assert.Equal("xmpp.RemoteServerNotFound", await ReasonAsync(contoso, "romeo@montague.example"));
        await using var montague = new Node("montague.example");
        montague.Knows(montague.PeerOf("contoso.example", "127.0.0.1:1"));
        Publish(contoso, montague);
        Assert.Equal("xmpp.RemoteServerNotFound", await ReasonAsync(contoso, "romeo@montague.example"));
        Assert.Equal(0, contoso.Side.ForgetFailures("capulet.example"));
        Assert.Equal(1, contoso.Side.ForgetFailures("montague.example"));
        Assert.True((await contoso.SendAsync("romeo@montague.example")).IsDelivered);
    }

    [Theory]
    [InlineData(false, "xmpp.ConnectionLost")]
    [InlineData(true, "xmpp.TlsFailed")]
    [Item("PS-123")]
    public async Task A_configured_peer_is_tried_in_rounds_before_its_senders_are_told(bool isDirectTls, string reason)
    {
        await using var contoso = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 3, ConnectWaitSeconds = 1 });
        using var server = new ClosingServer();
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { IsDirectTls = isDirectTls });

        var since = Stopwatch.StartNew();
        Assert.Equal(reason, await ReasonAsync(contoso));
        Assert.Equal(3, server.Accepted);
        Assert.True(since.Elapsed.TotalSeconds >= 1.9, "two pauses of a second");
        Assert.Equal(reason, await ReasonAsync(contoso));
    }

    [Fact]
    [Item("PS-127")]
    public async Task A_configured_peer_rests_longer_with_each_failure_up_to_a_limit_and_not_at_all_under_a_new_record()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        for (int n = 0; n < 5; n++)
        {
            contoso.Time.Push(TimeSpan.FromSeconds(60));
            Assert.Equal("xmpp.ConnectFailed", await ReasonAsync(contoso));
        }
        Assert.InRange(Assert.Single(contoso.Side.Pairs).RetryInSeconds, 9, 16);

        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);
    }

    [Fact]
    [Item("PS-123")]
    public async Task A_refusal_for_good_is_not_tried_again()
    {
        await using var contoso = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 3, ConnectWaitSeconds = 1 });
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptOpenAsync("capulet.example", "contoso.example");
        await peer.SendAsync(Error("<host-unknown"));

        var failure = (await sent).Failure!;
        Assert.Equal(("xmpp.PeerNotServing", Condition.RemoteServerNotFound), (failure.Reason, failure.Condition));
    }

    [Theory]
    [InlineData(new[] { AttemptRule.Address }, false)]
    [InlineData(new[] { AttemptRule.Jabber, AttemptRule.Address }, true)]
    [InlineData(new[] { AttemptRule.Srv, AttemptRule.Jabber }, true)]
    [InlineData(new[] { AttemptRule.Srv, AttemptRule.DirectTls }, false)]
    [Item("PS-122")]
    [Item("PSB-029")]
    public async Task The_rules_are_tried_in_their_order_and_no_others(AttemptRule[] rules, bool isReached)
    {
        await using var contoso = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1, AttemptRules = rules });
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("contoso.example", "127.0.0.1:1"));
        contoso.Knows(contoso.PeerOf("capulet.example", "") with { Addresses = [], AllowsPrivateTargets = true });
        contoso.Resolver.Service("_jabber._tcp.capulet.example", new SrvRecord(1, 1, (ushort)capulet.Port, "xmpp.capulet.example")).Host("xmpp.capulet.example", "127.0.0.1");

        Assert.Equal(isReached, (await contoso.SendAsync("juliet@capulet.example")).IsDelivered);
    }

    [Fact]
    [Item("PSB-D-04")]
    [Clause("RFC 6120", "3.2.1")]
    public async Task A_domain_that_denies_the_service_is_not_looked_for_elsewhere()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "") with { Addresses = [], AllowsPrivateTargets = true });
        contoso.Resolver.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(0, 0, 0, ".")).Host("capulet.example", "127.0.0.1");

        Assert.Equal("xmpp.RemoteServerNotFound", await ReasonAsync(contoso));
        Assert.Contains("does not offer", Assert.Single(contoso.Side.Pairs).LastFailureText, StringComparison.Ordinal);
    }

    [Fact]
    [Item("PSB-D-05")]
    public async Task A_target_that_does_not_answer_is_named_with_its_address()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));

        Assert.Equal("xmpp.ConnectFailed", await ReasonAsync(contoso));
        Assert.Contains("127.0.0.1:1", Assert.Single(contoso.Side.Pairs).LastFailureText, StringComparison.Ordinal);
    }

    [Fact]
    [Clause("RFC 6120", "4.9.3.19")]
    public async Task A_redirection_is_followed_only_to_a_place_that_was_found_without_it()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("contoso.example", "127.0.0.1:1"));
        using var first = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        using var skipped = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", "") with { Addresses = [$"127.0.0.1:{first.Port}", $"127.0.0.1:{skipped.Port}", $"127.0.0.1:{capulet.Port}"] });
        var sent = contoso.SendAsync("juliet@capulet.example");
        using (var peer = await first.AcceptOpenAsync("capulet.example", "contoso.example"))
            await peer.SendAsync(Error($"<see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>127.0.0.1:{capulet.Port}</see-other-host", isOpen: true));
        Assert.True((await sent).IsDelivered);

        contoso.Knows(contoso.PeerOf("capulet.example", "") with { Addresses = [$"127.0.0.1:{first.Port}"] });
        var fabrikam = new Node("fabrikam.example");
        await using var _ = fabrikam;
        fabrikam.Knows(fabrikam.PeerOf("capulet.example", $"127.0.0.1:{first.Port}"));
        var refused = fabrikam.SendAsync("juliet@capulet.example");
        using (var peer = await first.AcceptOpenAsync("capulet.example", "fabrikam.example"))
            await peer.SendAsync(Error($"<see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>127.0.0.1:{capulet.Port}</see-other-host", isOpen: true));
        Assert.Equal("xmpp.RedirectRefused", (await refused).Failure!.Reason);
    }

    [Fact]
    [Item("PS-130")]
    [Item("PSB-028")]
    public async Task DNS_that_leads_to_ourselves_is_refused()
    {
        await using var contoso = Discovering(privateTargets: false);
        contoso.Resolver.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(1, 1, (ushort)contoso.Port, "loop.capulet.example")).Host("loop.capulet.example", "127.0.0.1");

        Assert.Equal("xmpp.ConnectFailed", await ReasonAsync(contoso));
        Assert.Contains("TargetForbidden", Assert.Single(contoso.Side.Pairs).LastFailureText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("system-shutdown")]
    [Clause("RFC 6120", "4.9.3.16")]
    [Clause("RFC 6120", "4.9.3.20")]
    public async Task A_stream_that_the_peer_resets_is_opened_anew_with_what_comes_next(string condition)
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var one = contoso.SendAsync("juliet@capulet.example", "one");
        using (var peer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example"))
        {
            await peer.HearAsync("one");
            Assert.True((await one).IsDelivered);
            await peer.SendAsync(Error($"<{condition}"));
            await peer.HearAsync("</stream:stream>");
        }
        Assert.Equal(XmppReason.PeerStreamError, await contoso.EndedAsync());
        Assert.Empty(contoso.Refusals.Snapshot());
        var two = contoso.SendAsync("juliet@capulet.example", "two");
        using var next = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example");
        await next.HearAsync("two");
        Assert.True((await two).IsDelivered);
    }

    private static string Error(string element, bool isOpen = false) =>
        $"<stream:error>{element}{(isOpen ? "" : " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/")}></stream:error></stream:stream>";

    private static async Task<string> ReasonAsync(Node node, string to = "juliet@capulet.example") => (await node.SendAsync(to)).Failure!.Reason;

    private static void Publish(Node node, Node found) =>
        node.Resolver.Service($"_xmpp-server._tcp.{found.Domain}", new SrvRecord(1, 1, (ushort)found.Port, $"xmpp.{found.Domain}")).Host($"xmpp.{found.Domain}", "127.0.0.1");

    private static Node Discovering(bool privateTargets = true)
    {
        var node = new Node("contoso.example");
        node.Registry.Publish(new FederationTables(new FederationModel
        {
            Peers = [new PeerModel("edge", Protocol.Sip) { Addresses = ["127.0.0.1:1"], FromDomains = FrozenSet.Create("contoso.example"), TlsSubjects = ["e.example"] }],
            DiscoveredXmpp = new PeerModel("", Protocol.Xmpp) { AllowsPrivateTargets = privateTargets },
            Domains = [new("capulet.example", Gateway.Federation.Domains.DomainKind.Xmpp), new("montague.example", Gateway.Federation.Domains.DomainKind.Xmpp)],
        }));
        return node;
    }

    /// <summary>Accepts and hangs up.</summary>
    private sealed class ClosingServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _accepted;

        public ClosingServer()
        {
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        /// <summary>Connections it has taken.</summary>
        public int Accepted => Volatile.Read(ref _accepted);

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    Interlocked.Increment(ref _accepted);
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // The test is over.
                return;
            }
        }
    }
}
