using System.Net;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>
/// What a partner does that we prove ourselves to by dialback (XEP-0220 §2.1): it looks our domain up and asks whoever is there about the key. We do the same with ourselves: the names as
/// they are seen from here, then a question about a key that nobody made, to our own listener.
/// </summary>
internal sealed class AskedBack(DoctorParts parts, PeerModel peer, CheckList list, string ours, string domain)
{
    public async Task RunAsync(DialTarget partner, CancellationToken cancellation)
    {
        if (parts.XmppListener is not { } listener)
        {
            list.Fail("dialback", $"{partner.Host} would ask back, and there is no XMPP listener", "add one to listeners.xmpp");
            return;
        }

        // The record of a partner who is ourselves: our listener is near, and whose certificate it shows is of no matter here.
        var self = new PeerModel(peer.Name, Federation.Protocol.Xmpp) { AllowsPrivateTargets = true };
        using var probe = new XmppProbe(parts, self, domain, ours);
        var isAny = listener.Address.Equals(IPAddress.Any) || listener.Address.Equals(IPAddress.IPv6Any);
        var address = !isAny ? listener.Address : listener.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : IPAddress.IPv6Loopback;
        var target = new DialTarget("our own listener", [new IPEndPoint(address, listener.Port)], IsDiscovered: false, IsSecure: true);
        var result = await probe.ConnectAsync(target, isDirectTls: false, cancellation);
        if (result.Evidence is null)
        {
            list.Warn("dialback", $"{partner.Host} would ask back, and {listener} does not answer: {result.Detail}", "start the appliance: while it does not run, nobody can verify its keys");
            return;
        }

        var greeting = await probe.OpenStreamAsync(cancellation);
        if (XmppProbe.ErrorIn(greeting) is { Length: > 0 } error)
            list.Fail("dialback", $"our own listener ends a stream to {ours} with {error}", "is the domain in the running configuration? gateway reload");
        else if (await probe.VerifiesAsync(cancellation)) list.Good("dialback", $"offered by {partner.Host}; our own listener answers for {ours} when it is asked about a key");
        else list.Fail("dialback", $"our own listener does not answer for {ours} when it is asked about a key", "gateway status and the log say what became of the question");
    }
}
