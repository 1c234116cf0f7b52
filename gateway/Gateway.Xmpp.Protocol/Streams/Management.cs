using System.Globalization;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>The elements of stream management: XEP-0198.</summary>
public static class Management
{
    /// <summary>Asks for it, with resumption.</summary>
    public static ReadOnlySpan<byte> Enable => "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"u8;
    /// <summary>Asks how many stanzas were handled.</summary>
    public static ReadOnlySpan<byte> Request => "<r xmlns='urn:xmpp:sm:3'/>"u8;

    /// <summary>Agrees to it.</summary>
    public static void WriteEnabled(ref XmppWriter writer, string id, int secondsMax)
    {
        writer.Raw("<enabled xmlns='urn:xmpp:sm:3' resume='true'"u8);
        writer.Attribute("id"u8, id);
        writer.Attribute("max"u8, Text(secondsMax));
        writer.Raw("/>"u8);
    }

    /// <summary>Asks to go on with an earlier stream.</summary>
    public static void WriteResume(ref XmppWriter writer, string id, uint handled)
    {
        writer.Raw("<resume xmlns='urn:xmpp:sm:3'"u8);
        writer.Attribute("h"u8, Text(handled));
        writer.Attribute("previd"u8, id);
        writer.Raw("/>"u8);
    }

    /// <summary>Goes on with it.</summary>
    public static void WriteResumed(ref XmppWriter writer, string id, uint handled)
    {
        writer.Raw("<resumed xmlns='urn:xmpp:sm:3'"u8);
        writer.Attribute("h"u8, Text(handled));
        writer.Attribute("previd"u8, id);
        writer.Raw("/>"u8);
    }

    /// <summary>Refuses: nothing of that name, or not now.</summary>
    public static void WriteFailed(ref XmppWriter writer, bool isUnknown, uint? handled)
    {
        writer.Raw("<failed xmlns='urn:xmpp:sm:3'"u8);
        if (handled is { } known) writer.Attribute("h"u8, Text(known));
        writer.Raw(isUnknown ? "><item-not-found"u8 : "><unexpected-request"u8);
        writer.Raw(" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>"u8);
    }

    /// <summary>Tells how many stanzas were handled.</summary>
    public static void WriteAnswer(ref XmppWriter writer, uint handled)
    {
        writer.Raw("<a xmlns='urn:xmpp:sm:3'"u8);
        writer.Attribute("h"u8, Text(handled));
        writer.Raw("/>"u8);
    }

    /// <summary>The count of an element; null when it has none or it is no number of 32 bits.</summary>
    public static uint? ReadHandled(XmlElement element) =>
        uint.TryParse(element.Attribute("h"), NumberStyles.None, CultureInfo.InvariantCulture, out uint handled) ? handled : null;

    private static string Text<T>(T number) where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}
