using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>Joins a certificate and its private key, saying which of the ways it went wrong.</summary>
internal static class PrivateKeys
{
    internal static bool TryAttach(
        X509Certificate2 certificate, string pem, string? password, out X509Certificate2? joined, out CertificateReason reason, out string detail)
    {
        (joined, reason, detail) = (null, CertificateReason.KeyMissing, "there is no private key in it.");
        if (!TryFindKey(pem, out var isEncrypted)) return false;
        if (isEncrypted && password is null)
        {
            (reason, detail) = (CertificateReason.PasswordWrong, "the key is encrypted and no password is configured.");
            return false;
        }
        try
        {
            var text = certificate.ExportCertificatePem();
            joined = isEncrypted ? X509Certificate2.CreateFromEncryptedPem(text, pem, password) : X509Certificate2.CreateFromPem(text, pem);
            (reason, detail) = (CertificateReason.None, "");
            return true;
        }
        catch (Exception refused) when (refused is CryptographicException or ArgumentException)
        {
            // The framework says all of it with one exception type, so the cases are told apart by trying the key alone.
            (reason, detail) = CanOpen(pem, isEncrypted ? password : null)
                ? (CertificateReason.KeyMismatch, "the private key belongs to another certificate.")
                : isEncrypted
                    ? (CertificateReason.PasswordWrong, "the password does not open the key.")
                    : (CertificateReason.FileMalformed, "the private key cannot be read.");
            return false;
        }
    }

    private static bool TryFindKey(string pem, out bool isEncrypted)
    {
        isEncrypted = false;
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            var label = rest[fields.Label];
            if (label is "ENCRYPTED PRIVATE KEY")
            {
                isEncrypted = true;
                return true;
            }
            if (label is "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY") return true;
            rest = rest[fields.Location.End..];
        }
        return false;
    }

    private static bool CanOpen(string pem, string? password) => CanOpen(RSA.Create(), pem, password) || CanOpen(ECDsa.Create(), pem, password);

    private static bool CanOpen(AsymmetricAlgorithm key, string pem, string? password)
    {
        using (key)
        {
            try
            {
                if (password is null) key.ImportFromPem(pem);
                else key.ImportFromEncryptedPem(pem, password);
                return true;
            }
            catch (Exception refused) when (refused is CryptographicException or ArgumentException)
            {
                return false;
            }
        }
    }
}
