using Certificates;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Certificates: there is one of ours where one is needed, and everything named loads. The certificates room itself judges entries and files, and names every fault.</summary>
public sealed class CertificatesValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        var listens = options.Listeners.Sip.Count + options.Listeners.Xmpp.Count > 0 || options.Peers.Count > 0;
        if (listens && options.Certificates.Own.Count == 0)
            faults.Add("$.certificates.own", "is empty", "a listener or peer needs a certificate of ours: `gateway certs lab` makes a set for trying out");

        var load = CertificateLoader.Load(ModelBuilder.Certificates(options.Certificates, place), 1, TimeProvider.System.GetUtcNow(), place.MayHaveEnded);
        foreach (var ended in load.Warnings) faults.Warn("$." + ended.Path, $"{ended.Problem} [certificates.{ended.Reason}]", $"{ended.Hint} A start with it is refused.");
        foreach (var fault in load.Faults)
        {
            var path = "$." + fault.Path;
            if (faults.IsBroken(path)) continue;
            var hint = fault.Reason == CertificateReason.FileUnreadable ? $"{fault.Hint} `gateway certs lab` makes the files of the default configuration." : fault.Hint;
            faults.Add(path, $"{fault.Problem} [certificates.{fault.Reason}]", hint);
        }
    }
}
