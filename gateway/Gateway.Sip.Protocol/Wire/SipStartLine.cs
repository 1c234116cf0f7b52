using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>Request-Line and Status-Line (RFC 3261 §7.1, §7.2): single spaces, no LWS; the Request-URI is checked by <see cref="SipValidity"/>.</summary>
internal static class SipStartLine
{
    public static SipReason TryRead(ReadOnlySpan<byte> line, in SipParts parts, SipLimits limits, out SipMessage? message)
    {
        message = null;
        return line.Length > 4 && Ascii.EqualsIgnoreCase(line[..4], "SIP/"u8)
            ? TryReadStatus(line, parts, out message)
            : TryReadRequest(line, parts, limits, out message);
    }

    private static SipReason TryReadStatus(ReadOnlySpan<byte> line, in SipParts parts, out SipMessage? message)
    {
        message = null;
        var space = line.IndexOf((byte)' ');
        if (space < 0) return SipReason.StartLineInvalid;
        var rest = line[(space + 1)..];
        var codeLength = rest.IndexOf((byte)' ');
        if (codeLength < 0) codeLength = rest.Length;
        var code = rest[..codeLength];
        if (code.IsEmpty || code.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return SipReason.StartLineInvalid;

        // A code of any length is still a response, to be dropped alone (RFC 4475 §3.1.2.19).
        if (!SipGrammar.TryNumber(code, out var status)) status = int.MaxValue;
        var reasonStart = Math.Min(line.Length, space + 1 + codeLength + 1);
        message = new SipResponse(parts, (int)Math.Min(status, int.MaxValue), reasonStart, line.Length - reasonStart);
        if (codeLength != 3 || status is < 100 or > 699) return SipReason.StatusInvalid;
        return IsVersion2(line[..space]) ? SipReason.None : SipReason.VersionNotSupported;
    }

    private static SipReason TryReadRequest(ReadOnlySpan<byte> line, in SipParts parts, SipLimits limits, out SipMessage? message)
    {
        message = null;
        var space = line.IndexOf((byte)' ');
        var version = LastVersion(line);
        if (space <= 0 || version <= space || !SipGrammar.IsToken(line[..space])) return SipReason.StartLineInvalid;
        var uri = line[(space + 1)..version];
        message = new SipRequest(parts, space, space + 1, uri.Length);
        if (!IsVersion2(line[(version + 1)..]))
        {
            // "SIP/2.0 " with trailing blanks is a malformed line, "SIP/7.0" an honest other version (RFC 4475 §3.1.2.16).
            return line[^1] == (byte)' ' ? SipReason.RequestUriInvalid : SipReason.VersionNotSupported;
        }

        return uri.IsEmpty || uri.Length > limits.RequestUriBytesMax || uri.IndexOfAny((byte)' ', (byte)'\t') >= 0
            ? SipReason.RequestUriInvalid
            : SipReason.None;
    }

    /// <summary>The blank before the last <c>SIP/</c> in any case, or -1.</summary>
    private static int LastVersion(ReadOnlySpan<byte> line)
    {
        for (var blank = line.LastIndexOf((byte)' '); blank >= 0; blank = line[..blank].LastIndexOf((byte)' '))
        {
            if (line.Length - blank > 4 && Ascii.EqualsIgnoreCase(line.Slice(blank + 1, 4), "SIP/"u8)) return blank;
        }

        return -1;
    }

    private static bool IsVersion2(ReadOnlySpan<byte> version) => Ascii.EqualsIgnoreCase(version, "SIP/2.0"u8);
}
