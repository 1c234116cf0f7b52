using System.Net;
using System.Text;

namespace LyncEdge.Talk;

/// <summary>The bodies a Microsoft client gives its lines: plain, upper-case HTML, or both in multipart/alternative (field fact C4).</summary>
public static class TextForm
{
    /// <returns>Content type and body for a form: plain, html, alternative, rtf or a content type of one's own.</returns>
    public static (string ContentType, string Body) Of(string form, string text) => form switch
    {
        "plain" => ("text/plain; charset=UTF-8", text),
        "html" => ("text/html; charset=UTF-8", Html(text)),
        "alternative" => ("multipart/alternative; boundary=\"" + Boundary + "\"", Alternative(text)),
        "rtf" => ("text/rtf", @"{\rtf1\ansi " + text + "}"),
        _ => (form, text),
    };

    /// <summary>Not XHTML: upper-case tags, a SPAN without need, BR without an end.</summary>
    public static string Html(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').Select(l => WebUtility.HtmlEncode(l));
        return "<DIV style=\"font-family:Segoe UI;color:#000000;direction:ltr;font-size:10pt\"><SPAN lang=en>" + string.Join("<BR>", lines) + "</SPAN></DIV>";
    }

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private const string Boundary = "----=_NextPart_000_0007_01CE";

    private static string Alternative(string text) =>
        "--" + Boundary + "\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n" + text + "\r\n--" + Boundary
        + "\r\nContent-Type: text/html; charset=UTF-8\r\n\r\n" + Html(text) + "\r\n--" + Boundary + "--\r\n";
}
