using System.Globalization;
using System.Text;
using Gateway.Federation;

namespace Gateway.Admin.Trace;

/// <summary>
/// What may be shown of a message: never a secret (SASL payloads, dialback keys, passwords, credentials, media keys, names by which a stream is resumed), and the words of users only where the
/// operator asked for them. It fails closed: text that is not known to be harmless is not shown.
/// </summary>
public static class Redaction
{
    public static string Of(ReadOnlySpan<byte> message, bool isCut, bool showsBodies)
    {
        var text = Encoding.UTF8.GetString(message).TrimStart('\r', '\n');
        var shown = text.StartsWith('<') ? XmlRedaction.Of(text, showsBodies) : SipRedaction.Of(text, showsBodies);
        // What a peer sends must not steer the operator's terminal.
        return PrintableText.Of(isCut ? shown + " [cut]" : shown, keepsLines: true);
    }

    internal static string Hidden(int length, string what = "characters") => string.Create(CultureInfo.InvariantCulture, $"[{length} {what} not shown]");
}
