using System.Globalization;
using System.Text;

namespace Gateway.Mapping.Documents;

/// <summary>Which PIDF a SIP peer is written (setting <c>pidf-style</c>).</summary>
public enum PidfStyle
{
    /// <summary>One tuple <c>0</c>, draft RPID inside status: what Microsoft systems send and read (field fact B4).</summary>
    Microsoft,

    /// <summary>RFC 3863 with the data model's person, final RPID and RFC 8048's <c>show</c>.</summary>
    Rfc,
}

/// <summary>What is written: one state of one presentity.</summary>
public sealed record PidfContent(string EntityUri, bool IsOpen)
{
    /// <summary>The activity word; null for none.</summary>
    public string? Activity { get; init; }

    /// <summary>Style <see cref="PidfStyle.Rfc"/> only.</summary>
    public string? Show { get; init; }

    /// <summary>Style <see cref="PidfStyle.Rfc"/> only: the endpoint, written as <c>ID-…</c>.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>Style <see cref="PidfStyle.Rfc"/> only: 0 to 127 becomes contact priority 0 to 1; a negative one is never written (RFC 8048 §6.2).</summary>
    public int Priority { get; init; }

    public string? Note { get; init; }

    public string? NoteLanguage { get; init; }

    public string? DisplayName { get; init; }
}

/// <summary>Writes <c>application/pidf+xml</c>.</summary>
public static class PidfWriter
{
    private const string Declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n";

    public static byte[] Write(PidfContent content, PidfStyle style)
    {
        var text = new StringBuilder(512).Append(Declaration);
        if (style == PidfStyle.Microsoft) WriteMicrosoft(text, content);
        else WriteRfc(text, content);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void WriteMicrosoft(StringBuilder text, PidfContent content)
    {
        text.Append("<presence xmlns=\"").Append(PidfNamespaces.Pidf).Append("\" xmlns:ep=\"").Append(PidfNamespaces.DraftRpid)
            .Append("\" xmlns:ci=\"").Append(PidfNamespaces.Cipid).Append("\" entity=\"");
        XmlEscape.Append(text, content.EntityUri);
        text.Append("\"><tuple id=\"0\"><status><basic>").Append(content.IsOpen ? "open" : "closed").Append("</basic>");
        if (content.Activity is not null) text.Append("<ep:activities><ep:activity>").Append(content.Activity).Append("</ep:activity></ep:activities>");
        text.Append("</status>");
        AppendNote(text, content);
        text.Append("</tuple>");
        AppendName(text, content);
        text.Append("</presence>");
    }

    private static void WriteRfc(StringBuilder text, PidfContent content)
    {
        text.Append("<presence xmlns=\"").Append(PidfNamespaces.Pidf).Append("\" xmlns:dm=\"").Append(PidfNamespaces.DataModel)
            .Append("\" xmlns:rpid=\"").Append(PidfNamespaces.Rpid).Append("\" xmlns:ci=\"").Append(PidfNamespaces.Cipid).Append("\" entity=\"");
        XmlEscape.Append(text, content.EntityUri);
        text.Append("\"><tuple id=\"ID-");
        AppendId(text, content.Endpoint);
        text.Append("\"><status><basic>").Append(content.IsOpen ? "open" : "closed").Append("</basic>");
        if (content.Show is not null) text.Append("<show xmlns=\"jabber:client\">").Append(content.Show).Append("</show>");
        text.Append("</status>");
        if (content.IsOpen && content.Priority >= 0)
        {
            text.Append("<contact priority=\"").Append(Math.Round(content.Priority / 127m, 3).ToString("0.###", CultureInfo.InvariantCulture)).Append("\">");
            XmlEscape.Append(text, content.EntityUri);
            text.Append("</contact>");
        }

        AppendNote(text, content);
        text.Append("</tuple>");
        if (content.Activity is not null) text.Append("<dm:person id=\"person\"><rpid:activities><rpid:").Append(content.Activity).Append("/></rpid:activities></dm:person>");
        AppendName(text, content);
        text.Append("</presence>");
    }

    private static void AppendNote(StringBuilder text, PidfContent content)
    {
        if (string.IsNullOrEmpty(content.Note)) return;
        text.Append("<note");
        if (!string.IsNullOrEmpty(content.NoteLanguage))
        {
            text.Append(" xml:lang=\"");
            XmlEscape.Append(text, content.NoteLanguage);
            text.Append('"');
        }

        text.Append('>');
        XmlEscape.Append(text, content.Note);
        text.Append("</note>");
    }

    private static void AppendName(StringBuilder text, PidfContent content)
    {
        if (string.IsNullOrEmpty(content.DisplayName)) return;
        text.Append("<ci:display-name>");
        XmlEscape.Append(text, content.DisplayName);
        text.Append("</ci:display-name>");
    }

    // xs:ID allows few characters: others become their code point, so that different endpoints keep different ids.
    private static void AppendId(StringBuilder text, string endpoint)
    {
        if (endpoint.Length == 0) text.Append('0');
        foreach (var rune in endpoint.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || (char)rune.Value is '-' or '.')) text.Append((char)rune.Value);
            else text.Append('_').Append(rune.Value.ToString("x", CultureInfo.InvariantCulture));
        }
    }
}
