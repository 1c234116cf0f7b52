using System.Diagnostics.CodeAnalysis;
using System.Net;
using Certificates;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Judges the words operators write for names and addresses.</summary>
public static class DomainText
{
    /// <summary>A host or domain name: labels of RFC 1123 after IDNA, at least two of them unless it is localhost.</summary>
    public static bool IsDomain(string text)
    {
        var name = DomainNames.ToAscii(text);
        if (name.Length is 0 or > 253 || IPAddress.TryParse(name, out _)) return false;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-') return false;
            foreach (var c in label)
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
        }

        return true;
    }

    /// <summary>A domain, <c>*.suffix</c> or <c>*</c>.</summary>
    public static bool IsPattern(string text) => text == "*" || IsDomain(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text);

    /// <summary><c>user@domain</c>.</summary>
    public static bool IsUser(string text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && IsDomain(text[(at + 1)..]);
    }

    /// <summary><c>host:port</c>, <c>[v6]:port</c>.</summary>
    public static bool IsTarget(string text)
    {
        if (IPEndPoint.TryParse(text, out var endPoint)) return endPoint.Port > 0 && HasPort(text);
        var colon = text.LastIndexOf(':');
        return colon > 0 && IsDomain(text[..colon]) && ushort.TryParse(text.AsSpan(colon + 1), out var port) && port > 0;
    }

    /// <summary><c>address:port</c> of a listener, or the address alone where there is a usual port; IPv6 stands in brackets. Port 0 lets the system choose.</summary>
    public static bool TryListener(string text, int? usualPort, [NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        if (HasPort(text)) return IPEndPoint.TryParse(text, out endPoint);
        endPoint = null;
        var isBracketed = text.StartsWith('[') && text.EndsWith(']');
        if (usualPort is not { } port || !(isBracketed || text.Count(c => c == '.') == 3) || !IPAddress.TryParse(isBracketed ? text[1..^1] : text, out var address)) return false;
        endPoint = new IPEndPoint(address, port);
        return true;
    }

    private static bool HasPort(string text) => text.StartsWith('[') ? text.Contains("]:", StringComparison.Ordinal) : text.Count(c => c == ':') == 1;
}
