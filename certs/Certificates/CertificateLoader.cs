using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>Reads what the settings name and says everything that is wrong at once; a set comes out only when nothing is.</summary>
public static class CertificateLoader
{
    private const int FileBytesMax = 4 << 20;

    /// <summary>Loads all sources.</summary>
    /// <param name="options">What to load.</param>
    /// <param name="version">The number the new set will carry.</param>
    /// <param name="now">Validity is judged at this moment.</param>
    /// <param name="mayHaveEnded">Own certificates whose end is a warning and no fault; null: none.</param>
    public static CertificateLoad Load(CertificateSourcesOptions options, int version, DateTimeOffset now, Predicate<OwnCertificate>? mayHaveEnded = null)
    {
        var (faults, warnings) = (new List<CertificateFault>(), new List<CertificateFault>());
        CheckNames(options, faults);
        var trust = new List<TrustSet>();
        for (var i = 0; i < options.Trust.Count; i++) trust.Add(LoadTrust(options, options.Trust[i], $"certificates.trust[{i}]", faults));
        var own = new List<OwnCertificate>();
        for (var i = 0; i < options.Own.Count; i++)
        {
            var path = $"certificates.own[{i}]";
            var loaded = LoadOwn(options, options.Own[i], path, faults);
            if (loaded is null) continue;
            OwnCertificateCheck.Check(loaded, options.Own[i], trust, path, now, faults, mayHaveEnded?.Invoke(loaded) == true ? warnings : faults);
            own.Add(loaded);
        }
        if (faults.Count > 0) return new CertificateLoad(null, faults) { Warnings = warnings };
        return new CertificateLoad(new CertificateSet(version, own, trust, options.Default.Length == 0 ? null : options.Default), []) { Warnings = warnings };
    }

    private static void CheckNames(CertificateSourcesOptions options, List<CertificateFault> faults)
    {
        CheckDistinct(options.Own.Select(o => o.Name), "certificates.own", faults);
        CheckDistinct(options.Trust.Select(t => t.Name), "certificates.trust", faults);
        if (options.Default.Length > 0 && options.Own.All(o => o.Name != options.Default))
            faults.Add(new("certificates.default", CertificateReason.SettingInvalid, $"no own certificate is named '{options.Default}'.", "Use a name of certificates.own."));
    }

    private static void CheckDistinct(IEnumerable<string> names, string path, List<CertificateFault> faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var i = 0;
        foreach (var name in names)
        {
            if (name.Length == 0) faults.Add(new($"{path}[{i}].name", CertificateReason.SettingInvalid, "the name is empty.", "Give each entry a name."));
            else if (!seen.Add(name)) faults.Add(new($"{path}[{i}].name", CertificateReason.SettingInvalid, $"'{name}' is used twice.", "Names are unique."));
            i++;
        }
    }

    private static TrustSet LoadTrust(CertificateSourcesOptions all, TrustSetOptions options, string path, List<CertificateFault> faults)
    {
        var roots = new List<X509Certificate2>();
        var intermediates = new List<X509Certificate2>();
        if (options.Files.Count == 0 && !options.System)
            faults.Add(new($"{path}.files", CertificateReason.SettingInvalid, "the trust set holds nothing.", "Name files, or set system to true."));
        for (var i = 0; i < options.Files.Count; i++)
        {
            var at = $"{path}.files[{i}]";
            if (!TryReadFile(all, options.Files[i], at, faults, out var bytes)) continue;
            if (!CertificateBundle.TryRead(bytes, out var found))
            {
                faults.Add(new(at, CertificateReason.FileMalformed, $"'{options.Files[i]}' holds no certificate.", "PEM, DER and P7B files are read."));
                continue;
            }
            // A single file that holds no root is a pinned issuer or leaf: the operator means to trust it.
            var hasRoot = found.Any(ChainJudge.IsSelfIssued);
            foreach (var certificate in found) (ChainJudge.IsSelfIssued(certificate) || !hasRoot ? roots : intermediates).Add(certificate);
        }
        return new TrustSet(options.Name, roots, intermediates, options.Withdrawn) { IncludesSystemRoots = options.System, RsaBitsMin = options.RsaBitsMin };
    }

    private static OwnCertificate? LoadOwn(CertificateSourcesOptions all, OwnCertificateOptions options, string path, List<CertificateFault> faults)
    {
        var before = faults.Count;
        if ((options.Pfx.Length > 0) == (options.Certificate.Length > 0))
            faults.Add(new(path, CertificateReason.SettingInvalid, "name either certificate (and key) or pfx.", "Remove one of them."));
        var password = ReadPassword(all, options, path, faults);
        if (faults.Count > before) return null;
        var domains = options.Domains.Count == 0 ? null : options.Domains;
        return options.Pfx.Length > 0
            ? LoadPfx(all, options, password, path, domains, faults)
            : LoadPem(all, options, password, path, domains, faults);
    }

    private static string? ReadPassword(CertificateSourcesOptions all, OwnCertificateOptions options, string path, List<CertificateFault> faults)
    {
        if (options.PasswordFile.Length > 0)
        {
            if (!TryReadFile(all, options.PasswordFile, path + ".passwordFile", faults, out var bytes)) return null;
            var text = System.Text.Encoding.UTF8.GetString(bytes);
            var end = text.AsSpan().IndexOfAny('\r', '\n');
            return end < 0 ? text : text[..end];
        }
        if (options.PasswordEnvironment.Length == 0) return null;
        var value = Environment.GetEnvironmentVariable(options.PasswordEnvironment);
        if (value is null)
        {
            faults.Add(new(path + ".passwordEnvironment", CertificateReason.PasswordWrong,
                $"the variable '{options.PasswordEnvironment}' is not set.", "Set it in the unit file or use passwordFile."));
        }
        return value;
    }

    private static OwnCertificate? LoadPem(
        CertificateSourcesOptions all, OwnCertificateOptions options, string? password, string path, IEnumerable<string>? domains, List<CertificateFault> faults)
    {
        var keyFile = options.Key.Length == 0 ? options.Certificate : options.Key;
        var hasCertificate = TryReadFile(all, options.Certificate, path + ".certificate", faults, out var certificateBytes);
        var hasKey = TryReadFile(all, keyFile, path + ".key", faults, out var keyBytes);
        if (!hasCertificate || !hasKey) return null;
        if (!CertificateBundle.TryRead(certificateBytes, out var chain))
        {
            faults.Add(new(path + ".certificate", CertificateReason.FileMalformed, $"'{options.Certificate}' holds no certificate.", "PEM: leaf first, then intermediates."));
            return null;
        }
        var keyText = System.Text.Encoding.UTF8.GetString(keyBytes);
        if (!PrivateKeys.TryAttach(chain[0], keyText, password, out var leaf, out var reason, out var detail))
        {
            faults.Add(new(path + ".key", reason, $"'{keyFile}': {detail}", "The key must be the one the certificate was requested with."));
            return null;
        }
        return new OwnCertificate(options.Name, leaf!, chain.Skip(1), domains);
    }

    private static OwnCertificate? LoadPfx(
        CertificateSourcesOptions all, OwnCertificateOptions options, string? password, string path, IEnumerable<string>? domains, List<CertificateFault> faults)
    {
        if (!TryReadFile(all, options.Pfx, path + ".pfx", faults, out var bytes)) return null;
        try
        {
            var collection = X509CertificateLoader.LoadPkcs12Collection(bytes, password, X509KeyStorageFlags.EphemeralKeySet);
            var leaf = collection.FirstOrDefault(c => c.HasPrivateKey);
            if (leaf is not null) return new OwnCertificate(options.Name, leaf, collection.Where(c => !ReferenceEquals(c, leaf)), domains);
            faults.Add(new(path + ".pfx", CertificateReason.KeyMissing, $"'{options.Pfx}' holds no private key.", "Export it again with its private key."));
        }
        catch (CryptographicException refused)
        {
            faults.Add(new(path + ".pfx", CertificateReason.PasswordWrong, $"'{options.Pfx}' did not open: {refused.Message}", "Check passwordFile or passwordEnvironment."));
        }
        return null;
    }

    private static bool TryReadFile(CertificateSourcesOptions all, string file, string path, List<CertificateFault> faults, out byte[] bytes)
    {
        bytes = [];
        var full = CertificateFiles.Resolve(all, file);
        try
        {
            var info = new FileInfo(full);
            if (info.Exists && info.Length > FileBytesMax)
            {
                faults.Add(new(path, CertificateReason.FileMalformed, $"'{full}' is larger than {FileBytesMax} bytes.", "Name a certificate file."));
                return false;
            }
            bytes = File.ReadAllBytes(full);
            return true;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            faults.Add(new(path, CertificateReason.FileUnreadable, $"'{full}' cannot be read: {unreadable.Message}", "Check the path, the owner and the mode."));
            return false;
        }
    }
}
