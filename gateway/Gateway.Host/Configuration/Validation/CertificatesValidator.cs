using Certificates;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Certificates: names unique, one source each, files there and sound. What is inside them is judged by the certificates room itself.</summary>
public sealed class CertificatesValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        var before = faults.All.Count;
        CheckOwn(options.Certificates, place, faults);
        CheckTrust(options.Certificates, place, faults);
        if (options.Certificates.Default.Length > 0 && options.Certificates.Own.All(o => o.Name != options.Certificates.Default))
            faults.Add("$.certificates.default", $"no own certificate is named \"{options.Certificates.Default}\"");
        var listens = options.Listeners.Sip.Count + options.Listeners.Xmpp.Count > 0 || options.Peers.Count > 0;
        if (listens && options.Certificates.Own.Count == 0)
            faults.Add("$.certificates.own", "is empty", "a listener or peer needs a certificate of ours: `gateway certs lab` makes a set for trying out");

        // The contents are read only when the entries make sense: one mistake, one message.
        if (faults.All.Count == before && options.Certificates.Own.Count > 0) CheckContents(options.Certificates, place, faults);
    }

    private static void CheckOwn(CertificatesOptions certificates, ConfigurationPlace place, FaultList faults)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < certificates.Own.Count; i++)
        {
            var (own, path) = (certificates.Own[i], $"$.certificates.own[{i}]");
            if (own.Name.Length > 0 && !names.Add(own.Name)) faults.Add($"{path}.name", $"\"{own.Name}\" is used twice");
            if (own.Pfx.Length > 0 == own.Certificate.Length > 0)
                faults.Add(path, "needs either certificate and key, or pfx");
            else if (own.Certificate.Length > 0 && own.Key.Length == 0)
                faults.Add($"{path}.key", "is missing", "the PEM file with the private key; it may be the same file");
            if (own.PasswordFile.Length > 0 && own.PasswordEnvironment.Length > 0)
                faults.Add($"{path}.passwordFile", "and passwordEnvironment are both given", "keep one");
            CheckFile(own.Certificate, $"{path}.certificate", place, faults);
            CheckFile(own.Key, $"{path}.key", place, faults);
            CheckFile(own.Pfx, $"{path}.pfx", place, faults);
            CheckFile(own.PasswordFile, $"{path}.passwordFile", place, faults);
        }
    }

    private static void CheckTrust(CertificatesOptions certificates, ConfigurationPlace place, FaultList faults)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < certificates.Trust.Count; i++)
        {
            var (trust, path) = (certificates.Trust[i], $"$.certificates.trust[{i}]");
            if (trust.Name.Length > 0 && !names.Add(trust.Name)) faults.Add($"{path}.name", $"\"{trust.Name}\" is used twice");
            if (trust.Files.Count == 0 && !trust.System) faults.Add($"{path}.files", "is empty", "name the files of the authorities, or set system to true");
            for (var j = 0; j < trust.Files.Count; j++) CheckFile(trust.Files[j], $"{path}.files[{j}]", place, faults);
            for (var j = 0; j < trust.Withdrawn.Count; j++)
                if (!IsFingerprint(trust.Withdrawn[j])) faults.Add($"{path}.withdrawn[{j}]", "is not a SHA-256 fingerprint", "64 hexadecimal digits, colons allowed");
        }
    }

    private static void CheckContents(CertificatesOptions certificates, ConfigurationPlace place, FaultList faults)
    {
        foreach (var fault in CertificateLoader.Load(ModelBuilder.Certificates(certificates, place), 1, TimeProvider.System.GetUtcNow()).Faults)
            faults.Add($"$.certificates ({fault.Name})", $"{fault.Text} (certificate.{fault.Reason})", fault.Hint);
    }

    private static void CheckFile(string file, string path, ConfigurationPlace place, FaultList faults)
    {
        if (file.Length > 0 && !File.Exists(place.Resolve(file)))
            faults.Add(path, $"{place.Resolve(file)} does not exist", "`gateway certs lab` makes the files of the default configuration");
    }

    private static bool IsFingerprint(string text) => text.Replace(":", "", StringComparison.Ordinal) is { Length: 64 } hex && hex.All(char.IsAsciiHexDigit);
}
