using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>The steps at one target of a SIP peer: connection, certificate, and an OPTIONS with its answer.</summary>
internal sealed class SipSteps(DoctorParts parts, PeerModel peer, CheckList list)
{
    public async Task RunAsync(DialTarget target, string domain, CancellationToken cancellation)
    {
        using var probe = new SipProbe(parts, peer);
        var result = await probe.ConnectAsync(target, cancellation);
        if (!LinkSteps.TellConnection(list, target, result))
        {
            list.NotTried("options", $"{target.Host}: no connection");
            return;
        }

        if (!LinkSteps.CheckCertificate(parts, peer, list, target, domain, result.Evidence!))
        {
            list.NotTried("options", $"{target.Host}: nothing is said to a system that does not prove who it is");
            return;
        }

        var ours = FederationWarnings.DomainsThroughUs(parts.Model, peer).FirstOrDefault(parts.Fqdn);
        Tell(target, ours, await probe.AskAsync(target.Host, ours, cancellation));
    }

    private void Tell(DialTarget target, string ours, OptionsAnswer answer)
    {
        var said = $"{target.Host} answers OPTIONS of {ours} with {answer.Status} {answer.Phrase}{(answer.Diagnosis > 0 ? $": {parts.Diagnose(answer.Diagnosis)}" : "")}";
        switch (answer.Status)
        {
            case 0:
                list.Fail("options", $"{target.Host} takes the connection and does not answer OPTIONS of {ours}",
                    "it does not know us as a partner, or does not trust our certificate for what we say: generate prints its settings; its log says why it was silent");
                break;
            case < 300:
                list.Good("options", said);
                break;
            case 401 or 403 or 407 or 603:
                list.Fail("options", said, $"the partner must allow {ours} and our host name {parts.Fqdn}: generate prints its settings");
                break;
            case >= 500 and < 600 and not 501:
                list.Warn("options", said, "the partner's system has a trouble of its own; ask its administrator");
                break;
            default:
                list.Good("options", $"{said}: it speaks SIP with us");
                break;
        }
    }
}
