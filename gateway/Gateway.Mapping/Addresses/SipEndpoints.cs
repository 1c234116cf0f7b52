using System.Buffers;
using System.Text;

namespace Gateway.Mapping.Addresses;

/// <summary>
/// Names of a SIP user's devices. A GRUU's <c>gr</c> value is the name (RFC 7247 §6.4); Microsoft's <c>opaque=user:epid:…;gruu</c> and <c>epid</c> are made into a short stable one, so that
/// nothing of the device leaks; where there is none, one constant stands for all devices.
/// </summary>
public static class SipEndpoints
{
    /// <summary>The one resource under which an XMPP watcher sees a SIP user.</summary>
    public const string Default = "sip";

    private const int NameCharsMax = 64;

    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>The endpoint's name out of a Contact URI's <c>gr</c> or <c>opaque</c> parameter, else the From header's <c>epid</c>.</summary>
    public static string NameOf(string? gr, string? opaque, string? epid)
    {
        if (!string.IsNullOrEmpty(gr)) return gr.Length <= NameCharsMax && gr.AsSpan().IndexOfAnyExcept(Plain) < 0 ? gr : Hash(gr);
        if (!string.IsNullOrEmpty(opaque)) return Hash(opaque);
        return string.IsNullOrEmpty(epid) ? Default : Hash(epid);
    }

    // FNV-1a, 64 bit: stable over restarts and nodes; not a secret.
    private static string Hash(string text)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 1_099_511_628_211UL;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"sip-{(uint)(hash ^ (hash >> 32)):x8}");
    }
}
