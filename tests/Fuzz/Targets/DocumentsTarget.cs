using System.Text;
using Gateway.Mapping.Availability;
using Gateway.Mapping.Documents;
using Gateway.Mapping.Sip;
using Gateway.Mapping.Text;
using Gateway.Mapping.Xmpp;
using Gateway.Sip.Protocol.Wire;
using Presence.Core.Model;

namespace Fuzz.Targets;

/// <summary>Bodies of either side: presence documents and their lists, composing notices, HTML, RTF, XHTML and multipart; whatever comes, the texts made of them can be written as XML.</summary>
internal sealed class DocumentsTarget : Target
{
    private static readonly byte[][] Types =
        [.. new[]
        {
            "text/html; charset=utf-8", "text/rtf", "multipart/alternative; boundary=b", "multipart/mixed;boundary=\"b\"", "multipart/related;type=\"application/rlmi+xml\";boundary=b", "text/plain",
            "application/im-iscomposing+xml", "application/xml", "text/xml", "text/plain; charset=utf-16", "application/pidf+xml", "text/xml+msrtc.pidf",
        }.Select(Encoding.ASCII.GetBytes)];

    private static readonly Address Watcher = new("juliet", "jabber.example");
    private static readonly SubscriptionStateHeader Active = new("active") { ExpiresSeconds = 60 };

    public override string Name => "documents";

    public override Corpus Corpus { get; } = Corpus.Load("documents",
        "<presence ", "<tuple id='a'>", "<status>", "<basic>open</basic>", "</tuple>", "</presence>", "<rpid:activities>", "<note>", "xmlns='urn:ietf:params:xml:ns:pidf'", "xmlns:ep='", "entity='", "<!DOCTYPE",
        "<!ENTITY", "<![CDATA[", "]]>", "<!--", "&#x0;", "&lt;", "&a;", "<?xml version='1.0' encoding='utf-16'?>", "<b>", "</b>", "<script>", "<style>", "<a href='javascript:x'>", "<br>", "<!", "&nbsp;", "&#99999999;",
        "{\\rtf1", "\\u8364?", "\\'e9", "\\bin9999999", "\\par", "{\\*", "}", "{", "\\", "--b", "--b--", "\r\n--b\r\n", "Content-Type: text/html", "Content-Type: multipart/mixed; boundary=b", "Content-Transfer-Encoding: base64",
        "<list ", "<resource uri='", "<instance ", "cid='", "state='active'", "style='color:red;font-weight:bold'", "<span ", "<html xmlns='http://www.w3.org/1999/xhtml'>");

    public override void Run(ReadOnlySpan<byte> input, ref Chance chance)
    {
        switch (chance.Next(6))
        {
            case 0:
                _ = PidfReader.TryRead(input, out var document, out _) && NotifyToCommands.FragmentsOf(document, AvailabilityTables.Default, DateTimeOffset.UnixEpoch) is not null;
                _ = MsrtcReader.TryRead(input, out _, out _);
                break;
            case 1:
                _ = TypingDocuments.TryReadComposing(input, out _, out _);
                _ = TypingDocuments.TryReadKeyboard(input, out _, out _);
                break;
            case 2:
                var rich = HtmlText.Read(Encoding.UTF8.GetString(input));
                if (rich.Xhtml is { } markup) Require(XhtmlMarkup.Write(markup) is not null, "the XHTML made of HTML is no XML");
                break;
            case 3:
                _ = RtfText.TryRead(Encoding.Latin1.GetString(input), out _);
                foreach (var part in TextSplitter.Split(Encoding.UTF8.GetString(input), 40)) Require(part.Length <= 40, "a part is longer than asked");
                break;
            case 4:
                _ = NotifyToCommands.Read(Watcher, Active, Types[chance.Next(Types.Length)], input, AvailabilityTables.Default, DateTimeOffset.UnixEpoch, out _);
                break;
            default:
                var content = SipToContent.Read(Types[chance.Next(Types.Length)], input);
                if (content.Message?.Xhtml is { } body) Require(XhtmlMarkup.Write(body) is not null, "the XHTML of a message is no XML");
                break;
        }
    }
}
