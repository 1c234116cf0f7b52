using System.Globalization;

namespace Gateway.Mapping.Documents;

/// <summary>What an old Microsoft presence document says (MS-SIP 2.2.1): the two aggregates, and a name.</summary>
public sealed record MsrtcDocument(int Availability, int Activity, string? DisplayName, string? Note);

/// <summary>Reads <c>text/xml+msrtc.pidf</c>, which a peer sends only where we ask for it.</summary>
public static class MsrtcReader
{
    public static bool TryRead(ReadOnlySpan<byte> body, out MsrtcDocument document, out MappingReason reason)
    {
        document = new MsrtcDocument(0, 0, null, null);
        var xml = XmlPull.Of(body);
        var sawRoot = false;
        while (true)
        {
            var step = xml.Next();
            if (step == XmlStep.Refused)
            {
                reason = xml.Reason;
                return false;
            }

            if (step == XmlStep.Done) break;
            if (step != XmlStep.Start) continue;
            if (xml.Depth == 1) sawRoot = xml.Is(PidfNamespaces.Msrtc, "presentity");
            if (sawRoot) document = Read(xml, document);
        }

        reason = sawRoot ? MappingReason.None : MappingReason.DocumentMalformed;
        return sawRoot;
    }

    private static MsrtcDocument Read(XmlPull xml, MsrtcDocument document) => xml.Name switch
    {
        "availability" => document with { Availability = Number(xml.Attribute("aggregate")) },
        "activity" => document with { Activity = Number(xml.Attribute("aggregate")), Note = NonEmpty(xml.Attribute("note")) ?? document.Note },
        "displayName" => document with { DisplayName = NonEmpty(xml.Attribute("displayName")) },
        _ => document,
    };

    private static int Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string? NonEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
