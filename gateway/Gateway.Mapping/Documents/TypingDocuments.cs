using System.Globalization;
using System.Runtime.InteropServices;
using Gateway.Federation;

namespace Gateway.Mapping.Documents;

/// <summary>A typing notice and, for <c>active</c>, how long it holds without being repeated (RFC 3994 §3.3).</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TypingNotice(ChatState State, int RefreshSeconds);

/// <summary>
/// The two ways in which SIP users see each other type: <c>application/im-iscomposing+xml</c> (RFC 3994) and the <c>KeyboardActivity</c> of Microsoft clients in an INFO (field fact C4).
/// States map as RFC 7573 tables 3 and 4 say: active ⇄ composing, idle → active; active, inactive and paused → idle.
/// </summary>
public static class TypingDocuments
{
    /// <summary>RFC 3994 §3.3: an active state lapses after this long when nothing else was said.</summary>
    public const int RefreshSecondsDefault = 120;

    private const int RefreshSecondsMax = 3_600;

    public const string IsComposingType = "application/im-iscomposing+xml";

    public const string KeyboardType = "application/xml";

    public static ReadOnlySpan<byte> KeyboardTyping => "<?xml version=\"1.0\"?><KeyboardActivity><status status=\"type\" /></KeyboardActivity>"u8;

    public static ReadOnlySpan<byte> KeyboardIdle => "<?xml version=\"1.0\"?><KeyboardActivity><status status=\"idle\" /></KeyboardActivity>"u8;

    public static ReadOnlySpan<byte> ComposingActive =>
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"u8
        + "<isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>active</state><contenttype>text/plain</contenttype><refresh>60</refresh></isComposing>"u8;

    public static ReadOnlySpan<byte> ComposingIdle =>
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>idle</state><contenttype>text/plain</contenttype></isComposing>"u8;

    /// <summary>The body that says <paramref name="state"/> in RFC 3994 form. <see cref="ChatState.Gone"/> has none: it is a BYE.</summary>
    public static ReadOnlySpan<byte> ComposingOf(ChatState state) => state == ChatState.Composing ? ComposingActive : ComposingIdle;

    /// <summary>The body that says <paramref name="state"/> in Microsoft's form.</summary>
    public static ReadOnlySpan<byte> KeyboardOf(ChatState state) => state == ChatState.Composing ? KeyboardTyping : KeyboardIdle;

    public static bool TryReadComposing(ReadOnlySpan<byte> body, out TypingNotice notice, out MappingReason reason)
    {
        notice = default;
        var xml = XmlPull.Of(body);
        string? state = null;
        var refresh = RefreshSecondsDefault;
        var isRoot = false;
        for (var step = xml.Next(); step is not (XmlStep.Done or XmlStep.Refused); step = xml.Next())
        {
            if (step != XmlStep.Start) continue;
            if (xml.Depth == 1) isRoot = xml.Is(PidfNamespaces.IsComposing, "isComposing");
            else if (xml.Name == "state") state = xml.ReadText()?.Trim();
            else if (xml.Name == "refresh") refresh = ReadSeconds(xml.ReadText());
        }

        reason = xml.Reason == MappingReason.None && (!isRoot || state is null) ? MappingReason.DocumentMalformed : xml.Reason;

        // RFC 3994 §3.4: a state that is not known means idle.
        notice = new TypingNotice(state == "active" ? ChatState.Composing : ChatState.Active, refresh);
        return reason == MappingReason.None;
    }

    private static int ReadSeconds(string? text) =>
        int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Math.Clamp(seconds, 1, RefreshSecondsMax) : RefreshSecondsDefault;

    public static bool TryReadKeyboard(ReadOnlySpan<byte> body, out TypingNotice notice, out MappingReason reason)
    {
        notice = default;
        var xml = XmlPull.Of(body);
        string? status = null;
        var isRoot = false;
        for (var step = xml.Next(); step is not (XmlStep.Done or XmlStep.Refused); step = xml.Next())
        {
            if (step != XmlStep.Start) continue;
            if (xml.Depth == 1) isRoot = xml.Name == "KeyboardActivity";
            else if (xml.Name == "status") status = xml.Attribute("status");
        }

        reason = xml.Reason == MappingReason.None && (!isRoot || status is null) ? MappingReason.DocumentMalformed : xml.Reason;
        notice = new TypingNotice(status == "type" ? ChatState.Composing : ChatState.Active, RefreshSecondsDefault);
        return reason == MappingReason.None;
    }
}
