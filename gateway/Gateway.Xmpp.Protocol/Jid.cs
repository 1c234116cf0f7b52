using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gateway.Xmpp.Protocol;

/// <summary>
/// A JID in prepared form: RFC 7622 with the stringprep profiles of RFC 6122, which is what the peers compare. Domain parts are kept as U-labels in lower
/// case; two JIDs are equal when their prepared parts are. Pure ASCII addresses, nearly all of them, never leave managed code.
/// </summary>
public sealed class Jid : IEquatable<Jid>
{
    /// <summary>RFC 7622 §3: no part is longer than this, in UTF-8.</summary>
    public const int PartBytesMax = 1023;

    private static readonly SearchValues<char> s_plainLocal = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789!#$%()*+,-.;=?[\\]^_`{|}~");
    private static readonly SearchValues<char> s_plainDomain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");
    private readonly string _text;

    private Jid(string? local, string domain, string? resource, string? text = null)
    {
        (Local, Domain, Resource) = (local, domain, resource);
        _text = text ?? Compose(local, domain, resource);
    }

    /// <summary>The prepared local part, or null for a domain's own address.</summary>
    public string? Local { get; }
    /// <summary>The prepared domain, U-labels in lower case.</summary>
    public string Domain { get; }
    /// <summary>The prepared resource, or null for a bare JID.</summary>
    public string? Resource { get; }
    /// <summary>True without resource.</summary>
    public bool IsBare => Resource is null;
    /// <summary>True for a domain's own address.</summary>
    public bool IsDomain => Local is null && Resource is null;
    /// <summary>The same without resource.</summary>
    public Jid Bare => Resource is null ? this : new Jid(Local, Domain, null);
    /// <summary>The domain as A-labels, for DNS, SNI and certificates.</summary>
    public string AsciiDomain => ToAsciiDomain(Domain);

    /// <summary>Reads and prepares a JID; false when it is none (RFC 7622 §3.1).</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Jid? jid)
    {
        jid = null;
        if (string.IsNullOrEmpty(text) || text.Length > (3 * PartBytesMax) + 2) return false;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        int bareEnd = slash < 0 ? text.Length : slash;
        int at = text.AsSpan(0, bareEnd).IndexOf('@');
        // An empty local part or resource with its separator is malformed, not absent.
        if (at == 0 || slash == text.Length - 1) return false;
        string? local = at < 0 ? null : text[..at];
        string domain = text[(at + 1)..bareEnd];
        string? resource = slash < 0 ? null : text[(slash + 1)..];
        return TryMake(local, domain, resource, text, out jid);
    }

    /// <summary>Prepares the parts.</summary>
    public static bool TryCreate(string? local, string domain, string? resource, [NotNullWhen(true)] out Jid? jid) =>
        TryMake(local, domain, resource, null, out jid);

    /// <summary>The same address with another resource; false when the resource cannot be prepared.</summary>
    public bool TryWithResource(string resource, [NotNullWhen(true)] out Jid? jid) => TryMake(Local, Domain, resource, null, out jid);

    /// <summary>Prepares a domain alone.</summary>
    public static bool TryPrepareDomain(string text, [NotNullWhen(true)] out string? domain)
    {
        domain = null;
        if (text.EndsWith('.')) text = text[..^1];
        if (text.Length is 0 or > PartBytesMax) return false;
        if (!text.AsSpan().ContainsAnyExcept(s_plainDomain) && !text.Contains("xn--", StringComparison.Ordinal))
        {
            domain = text;
            return AreLabels(text);
        }
        if (text[0] == '[') return TryAddressLiteral(text, out domain);
        try
        {
            string lower = text.ToLowerInvariant();
            var idn = new IdnMapping { AllowUnassigned = true, UseStd3AsciiRules = true };
            string ascii = Ascii.IsValid(lower) ? lower : idn.GetAscii(lower).ToLowerInvariant();
            if (ascii.AsSpan().ContainsAnyExcept(s_plainDomain) || !AreLabels(ascii)) return false;
            domain = ascii.Contains("xn--", StringComparison.Ordinal) ? idn.GetUnicode(ascii) : ascii;
            return Encoding.UTF8.GetByteCount(domain) <= PartBytesMax;
        }
        catch (ArgumentException)
        {
            // IdnMapping has no TryGetAscii: a label that is no IDNA label is the peer's fault, and so a plain refusal.
            domain = null;
            return false;
        }
    }

    /// <summary>A prepared domain as A-labels.</summary>
    public static string ToAsciiDomain(string prepared) =>
        Ascii.IsValid(prepared) ? prepared : new IdnMapping { AllowUnassigned = true }.GetAscii(prepared).ToLowerInvariant();

    /// <inheritdoc/>
    public bool Equals(Jid? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Jid);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static bool TryMake(string? local, string domain, string? resource, string? text, [NotNullWhen(true)] out Jid? jid)
    {
        jid = null;
        if (!TryPrepareDomain(domain, out string? preparedDomain)) return false;
        string? preparedLocal = local;
        if (local is not null && !TryPrepareLocal(local, out preparedLocal)) return false;
        string? preparedResource = resource;
        if (resource is not null && !TryPrepareResource(resource, out preparedResource)) return false;
        bool isSame = ReferenceEquals(local, preparedLocal) && ReferenceEquals(domain, preparedDomain) && ReferenceEquals(resource, preparedResource);
        jid = new Jid(preparedLocal, preparedDomain, preparedResource, isSame ? text : null);
        return true;
    }

    private static bool TryPrepareLocal(string local, [NotNullWhen(true)] out string? prepared)
    {
        prepared = local;
        if (local.Length is 0 or > PartBytesMax) return false;
        if (!local.AsSpan().ContainsAnyExcept(s_plainLocal)) return true;
        if (Ascii.IsValid(local))
        {
            // RFC 6122 §2.3 and appendix A.5: what ASCII allows after folding; controls, space and the eight separators are out.
            prepared = local.ToLowerInvariant();
            return !prepared.AsSpan().ContainsAnyExcept(s_plainLocal);
        }
        return Stringprep.TryPrepare(local, Stringprep.Profile.Nodeprep, out prepared) && IsPart(prepared);
    }

    private static bool TryPrepareResource(string resource, [NotNullWhen(true)] out string? prepared)
    {
        prepared = resource;
        if (resource.Length is 0 or > PartBytesMax) return false;
        if (!resource.AsSpan().ContainsAnyExceptInRange(' ', '~')) return true;
        return Stringprep.TryPrepare(resource, Stringprep.Profile.Resourceprep, out prepared) && IsPart(prepared);
    }

    private static bool IsPart(string text) => text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= PartBytesMax;

    private static bool AreLabels(string ascii)
    {
        if (ascii.Length > 253) return false;
        int start = 0;
        for (int at = 0; at <= ascii.Length; at++)
        {
            if (at < ascii.Length && ascii[at] != '.') continue;
            int length = at - start;
            if (length is 0 or > 63 || ascii[start] == '-' || ascii[at - 1] == '-') return false;
            start = at + 1;
        }
        return true;
    }

    private static bool TryAddressLiteral(string text, [NotNullWhen(true)] out string? domain)
    {
        domain = text.ToLowerInvariant();
        if (text.Length is < 4 or > 64 || text[^1] != ']') return false;
        return !domain.AsSpan(1, domain.Length - 2).ContainsAnyExcept("0123456789abcdef:.%");
    }

    private static string Compose(string? local, string domain, string? resource) => (local, resource) switch
    {
        (null, null) => domain,
        (null, _) => string.Concat(domain, "/", resource),
        (_, null) => string.Concat(local, "@", domain),
        _ => $"{local}@{domain}/{resource}",
    };
}
