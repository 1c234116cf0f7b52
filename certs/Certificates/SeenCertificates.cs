using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>
/// Decodes what peers present, each certificate once for as long as anybody holds it: to decode one costs as much as a third of a handshake and ten kilobytes, and a server shows the same one on
/// each of its connections. Nothing is concluded from having been seen before. Whoever gets one shares it and must not dispose of it.
/// </summary>
public static class SeenCertificates
{
    private const int SweptFrom = 256;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, WeakReference<X509Certificate2>> Seen = new(StringComparer.Ordinal);
    private static int _sweepAt = SweptFrom;

    /// <summary>The certificate of these bytes; throws <see cref="CryptographicException"/> when they are none.</summary>
    public static X509Certificate2 Load(ReadOnlySpan<byte> der)
    {
        var fingerprint = Convert.ToHexString(SHA256.HashData(der));
        lock (Gate)
        {
            if (Find(fingerprint) is { } known) return known;
        }
        var loaded = X509CertificateLoader.LoadCertificate(der);
        lock (Gate)
        {
            if (Find(fingerprint) is { } known)
            {
                loaded.Dispose();
                return known;
            }
            Seen[fingerprint] = new WeakReference<X509Certificate2>(loaded);
            if (Seen.Count >= _sweepAt) Sweep();
            return loaded;
        }
    }

    private static X509Certificate2? Find(string fingerprint) =>
        Seen.TryGetValue(fingerprint, out var reference) && reference.TryGetTarget(out var known) ? known : null;

    // Twice as many as are alive may gather before the next look, so that the table follows the connections and costs nothing a handshake.
    private static void Sweep()
    {
        foreach (var (fingerprint, reference) in Seen)
            if (!reference.TryGetTarget(out _)) Seen.Remove(fingerprint);
        _sweepAt = Math.Max(SweptFrom, 2 * Seen.Count);
    }
}
