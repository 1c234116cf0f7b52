using System.Text;
using Gateway.Federation;
using Gateway.Mapping;
using Gateway.Mapping.Sip;

namespace Mapping.Tests.Sip;

/// <summary>Bodies of instant messages between Microsoft systems and XMPP: field facts C4 and C5, XEP-0071.</summary>
public sealed class BodyTests
{
    [Theory]
    [InlineData("text/plain", "Gr\u00FC\u00DFe", "utf-8")]
    [InlineData("text/plain; charset=UTF-8; msgr=WAAtAE0A", "Gr\u00FC\u00DFe", "utf-8")]
    [InlineData("text/plain;charset=\"utf-8\"", "Gr\u00FC\u00DFe", "utf-8")]
    [InlineData("text/plain; charset=ISO-8859-1", "Gr\u00FC\u00DFe", "iso-8859-1")]
    [InlineData("text/plain; charset=utf-16", "Gr\u00FC\u00DFe \uD83D\uDE00", "utf-16")]
    [InlineData("text/plain; charset=windows-1251", "\u041F\u0440\u0438\u0432\u0435\u0442", "windows-1251")]
    [InlineData("text/plain; charset=iso-2022-jp", "\u65E5\u672C", "iso-2022-jp")]
    [InlineData("text/html; charset=koi8-r", "\u041F\u0440\u0438", "koi8-r")]
    public void Text_is_read_in_its_character_set(string type, string text, string charset)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        Assert.Equal(text, SipToContent.Read(Encoding.ASCII.GetBytes(type), encoding.GetBytes(text)).Message!.Body);
    }

    [Theory]
    [InlineData("text/plain; charset=")]
    [InlineData("text/plain; charset=nonsense")]
    [InlineData("text/plain; charset=utf-7")]
    [InlineData("text/plain; charset=x-user-defined-and-much-longer-than-any-name-of-a-character-set-is")]
    public void An_unknown_character_set_is_read_as_utf_8(string type) => Assert.Equal("caf\u00E9", SipToContent.Read(Encoding.ASCII.GetBytes(type), Encoding.UTF8.GetBytes("caf\u00E9")).Message!.Body);

    [Fact]
    public void A_byte_order_mark_is_no_text() =>
        Assert.Equal("x", SipToContent.Read("text/plain; charset=utf-16"u8, [0xFF, 0xFE, (byte)'x', 0]).Message!.Body);

    [Fact]
    public void An_alternative_inside_a_mixed_body_gives_its_words_and_its_form()
    {
        const string Body =
            "--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\nHello there\r\n--a\r\nContent-Type: text/html\r\n\r\n" +
            "<DIV>Hello <B>there</B></DIV>\r\n--a--\r\n--m\r\nContent-Type: image/gif\r\n\r\nGIF89a\r\n--m--\r\n";
        var message = SipToContent.Read("multipart/mixed; boundary=m"u8, Encoding.UTF8.GetBytes(Body)).Message!;
        Assert.Equal(("Hello there", "<p>Hello <strong>there</strong></p>"), (message.Body, message.Xhtml));
        var alternative = SipToContent.Read("multipart/alternative; boundary=a"u8, Encoding.UTF8.GetBytes(Body)).Message!;
        Assert.Equal(("Hello there", "<p>Hello <strong>there</strong></p>"), (alternative.Body, alternative.Xhtml));
    }

    [Fact]
    public void An_alternative_of_text_and_rtf_keeps_the_form_of_the_rtf()
    {
        const string Body = "--a\r\nContent-Type: text/plain\r\n\r\nHello\r\n--a\r\nContent-Type: text/rtf\r\n\r\n{\\rtf1 \\b Hello}\r\n--a--\r\n";
        var message = SipToContent.Read("multipart/alternative; boundary=a"u8, Encoding.UTF8.GetBytes(Body)).Message!;
        Assert.Equal(("Hello", "<strong>Hello</strong>"), (message.Body, message.Xhtml));
    }

    [Fact]
    public void Multipart_inside_multipart_ends_somewhere()
    {
        var body = "text";
        var type = "text/plain";
        for (var i = 0; i < 40; i++) (body, type) = ($"--b{i}\r\nContent-Type: {type}\r\n\r\n{body}\r\n--b{i}--\r\n", $"multipart/mixed; boundary=b{i}");
        Assert.NotEqual(MappingReason.None, SipToContent.Read(Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(body)).Reason);
    }

    [Fact]
    public void The_form_of_a_message_is_html_for_who_shows_it_and_never_cut()
    {
        var content = new MessageContent("Hello there") { Xhtml = "<p>Hello <strong>there</strong></p>" };
        Assert.Equal("<DIV><p>Hello <strong>there</strong></p></DIV>", Encoding.UTF8.GetString(ContentToSip.Html(content)!));
        Assert.Null(ContentToSip.Html(new MessageContent("Hello")));
        Assert.Null(ContentToSip.Html(content, charsMax: 30));
        Assert.Null(ContentToSip.Html(content with { Body = new string('x', 9_000) }));
    }
}
