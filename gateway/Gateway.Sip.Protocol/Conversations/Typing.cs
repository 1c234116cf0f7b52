using System.Globalization;
using System.Text;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>Typing notices in both forms, read by a small scan instead of an XML reader: these two documents and nothing else (RFC 3994 §3.3, field fact C4).</summary>
public static class Typing
{
    public const string KeyboardActivityType = "application/xml";

    public const string IsComposingType = "application/im-iscomposing+xml";

    /// <summary>An active notice lapses after this unless it says otherwise (RFC 3994 §3.3).</summary>
    public const uint RefreshSecondsDefault = 120;

    private static readonly byte[] _keyboardActive = """<?xml version="1.0"?><KeyboardActivity><status status="type" /></KeyboardActivity>"""u8.ToArray();
    private static readonly byte[] _keyboardIdle = """<?xml version="1.0"?><KeyboardActivity><status status="idle" /></KeyboardActivity>"""u8.ToArray();

    public static ReadOnlyMemory<byte> WriteKeyboardActivity(bool isTyping) => isTyping ? _keyboardActive : _keyboardIdle;

    public static byte[] WriteIsComposing(bool isTyping)
    {
        var state = isTyping ? "<state>active</state><contenttype>text/plain</contenttype><refresh>60</refresh>" : "<state>idle</state><contenttype>text/plain</contenttype>";
        return Encoding.UTF8.GetBytes(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\">" + state + "</isComposing>");
    }

    /// <summary>The mode for a peer: accept-types first, then what its User-Agent is known to read, then the dialect.</summary>
    public static TypingMode Choose(IReadOnlyList<string> acceptTypes, string? userAgent, SipDialect dialect)
    {
        foreach (var type in acceptTypes)
        {
            if (type.Equals(IsComposingType, StringComparison.OrdinalIgnoreCase)) return TypingMode.IsComposing;
        }

        if (userAgent is not null && (userAgent.StartsWith("UCC", StringComparison.Ordinal) || userAgent.StartsWith("RTC", StringComparison.Ordinal)))
            return TypingMode.KeyboardActivity;
        return dialect.TypingByComposing ? TypingMode.IsComposing : dialect.IsMicrosoft ? TypingMode.KeyboardActivity : TypingMode.None;
    }

    /// <summary>Reads a notice out of INFO or MESSAGE. False when the request carries none.</summary>
    public static bool TryRead(SipRequest request, out bool isTyping, out uint refreshSeconds)
    {
        isTyping = false;
        refreshSeconds = RefreshSecondsDefault;
        var type = request.First(SipHeaderId.ContentType);
        if (type.IsEmpty || request.Body.Length > 4096) return false;
        var body = request.Body.Span;
        if (request.Method == SipMethod.Info && MediaType.Matches(type, "application/xml"u8)) return TryReadKeyboard(body, out isTyping);
        return MediaType.Matches(type, "application/im-iscomposing+xml"u8) && TryReadComposing(body, out isTyping, ref refreshSeconds);
    }

    private static bool TryReadKeyboard(ReadOnlySpan<byte> body, out bool isTyping)
    {
        isTyping = false;
        var root = body.IndexOf("<KeyboardActivity"u8);
        if (root < 0) return false;
        var status = body[root..].IndexOf("<status"u8);
        if (status < 0) return false;
        var element = body[(root + status + 7)..];
        var end = element.IndexOf((byte)'>');
        if (end < 0) return false;
        var value = AttributeOf(element[..end], "status"u8);
        isTyping = value.SequenceEqual("type"u8);
        return !value.IsEmpty;
    }

    private static bool TryReadComposing(ReadOnlySpan<byte> body, out bool isTyping, ref uint refreshSeconds)
    {
        isTyping = false;
        if (!TryElement(body, "state"u8, out var state)) return false;
        isTyping = state.SequenceEqual("active"u8);
        if (TryElement(body, "refresh"u8, out var refresh)
            && uint.TryParse(refresh, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            refreshSeconds = Math.Clamp(seconds, 60, 3600);
        }

        return true;
    }

    /// <summary>Text of the first element with this local name, any prefix.</summary>
    private static bool TryElement(ReadOnlySpan<byte> body, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> text)
    {
        text = default;
        for (var at = 0; at < body.Length;)
        {
            var open = body[at..].IndexOf((byte)'<');
            if (open < 0) return false;
            at += open + 1;
            var close = body[at..].IndexOf((byte)'>');
            if (close < 0) return false;
            var tag = body.Slice(at, close);
            at += close + 1;
            var space = tag.IndexOfAny((byte)' ', (byte)'\r', (byte)'\n');
            if (space >= 0) tag = tag[..space];
            tag = tag[(tag.IndexOf((byte)':') + 1)..];
            if (!tag.SequenceEqual(name)) continue;
            var end = body[at..].IndexOf((byte)'<');
            if (end < 0) return false;
            text = SipGrammar.Trim(body.Slice(at, end));
            return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> AttributeOf(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> name)
    {
        var at = tag.IndexOf(name);
        if (at < 0) return default;
        var rest = SipGrammar.Trim(tag[(at + name.Length)..]);
        if (rest.IsEmpty || rest[0] != (byte)'=') return default;
        rest = SipGrammar.Trim(rest[1..]);
        if (rest.Length < 2 || rest[0] is not ((byte)'"' or (byte)'\'')) return default;
        var end = rest[1..].IndexOf(rest[0]);
        return end < 0 ? default : rest.Slice(1, end);
    }
}
