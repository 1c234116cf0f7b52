using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>SHA-256 fingerprints as upper-case hex without separators.</summary>
public static class Fingerprints
{
    /// <summary>The fingerprint of a certificate.</summary>
    public static string Of(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>Takes the spellings people paste (colons, spaces, lower case) to ours.</summary>
    public static string Normalise(string text) =>
        string.Create(text.Count(char.IsAsciiHexDigit), text, static (to, from) =>
        {
            var i = 0;
            foreach (var c in from)
                if (char.IsAsciiHexDigit(c)) to[i++] = char.ToUpperInvariant(c);
        });
}
