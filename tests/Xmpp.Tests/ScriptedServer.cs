using System.Net;
using System.Net.Sockets;
using Certificates;

namespace Xmpp.Tests;

/// <summary>A listening server that does what the test writes: it accepts, speaks the first half of a negotiation, and hands the rest over.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly LabLeaf _leaf;

    public ScriptedServer(LabLeaf leaf)
    {
        _leaf = leaf;
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static string Header(string from, string to, string id) =>
        RawPeer.Header(from, to).Replace("version=", $"id='{id}' version=", StringComparison.Ordinal);

    public static string Features(string inner, bool dialback) =>
        $"<stream:features>{inner}{(dialback ? "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>" : "")}</stream:features>";

    public Task<RawPeer> AcceptAsync() => RawPeer.AcceptAsync(_listener);

    /// <summary>The next connection in clear, with the header answered; features are the test's.</summary>
    public async Task<RawPeer> AcceptOpenAsync(string domain, string from)
    {
        var peer = await AcceptAsync();
        await peer.HearAsync("<stream:stream");
        await peer.HearAsync("version='1.0'");
        peer.Forget();
        await peer.SendAsync(Header(domain, from, "s1"));
        return peer;
    }

    /// <summary>The next connection after STARTTLS, with the second header answered; features are the test's.</summary>
    public async Task<RawPeer> AcceptSecuredAsync(string domain, string from)
    {
        var peer = await AcceptOpenAsync(domain, from);
        await peer.SendAsync("<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>");
        await peer.HearAsync("<starttls");
        await peer.SendAsync("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await peer.ServeTlsAsync(_leaf);
        await peer.HearAsync("version='1.0'");
        peer.Forget();
        await peer.SendAsync(Header(domain, from, "s2"));
        return peer;
    }

    /// <summary>The same up to a stream that takes stanzas, authenticated by EXTERNAL; features of the last stream are the test's.</summary>
    public async Task<RawPeer> AcceptAuthenticatedAsync(string domain, string from, string lastFeatures = "")
    {
        var peer = await AcceptSecuredAsync(domain, from);
        await peer.SendAsync(Features("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>", dialback: false));
        await peer.HearAsync("</auth>");
        peer.Forget();
        await peer.SendAsync("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        await peer.HearAsync("version='1.0'");
        peer.Forget();
        await peer.SendAsync(Header(domain, from, "s3") + $"<stream:features>{lastFeatures}</stream:features>");
        return peer;
    }

    public void Dispose() => _listener.Dispose();
}
