using System.Text;
using Gateway.Mapping.Text;

namespace Mapping.Tests.Text;

public sealed class TextTests
{
    [Theory]
    [InlineData("<DIV style=\"font-size: 10pt; color: #000000\">Hello <B>there</B></DIV>", "Hello there", "<p style=\"font-size:10pt;color:#000000\">Hello <strong>there</strong></p>")]
    [InlineData("<SPAN lang=EN-US style='font-family:\"Segoe UI\"'>a&nbsp;&lt;b&gt; &amp; c</SPAN>", "a <b> & c", "<span style=\"font-family:&quot;Segoe UI&quot;\">a\u00A0&lt;b&gt; &amp; c</span>")]
    [InlineData("<DIV>one</DIV>\r\n<DIV>two</DIV>", "one\ntwo", null)]
    [InlineData("one<BR>two<br/>three", "one\ntwo\nthree", null)]
    [InlineData("<p>a</p><p></p><p>b</p>", "a\nb", null)]
    [InlineData("<UL><LI>x<LI>y</UL>", "- x\n- y", "<ul><li>x<li>y</li></li></ul>")]
    [InlineData("<a href=\"https://x.example/a\">here</a>", "here (https://x.example/a)", "<a href=\"https://x.example/a\">here</a>")]
    [InlineData("<a href=\"https://x.example/\">https://x.example</a>", "https://x.example", "<a href=\"https://x.example/\">https://x.example</a>")]
    [InlineData("<a href=\"javascript:alert(1)\">x</a><script>alert(1)</script><img src=x onerror=y>", "x", null)]
    [InlineData("<b onclick=evil style=\"background:url(x);color:red\">x</b>", "x", "<strong style=\"color:red\">x</strong>")]
    [InlineData("3 < 4 && 5 > 4 &unknown; &#128512;", "3 < 4 && 5 > 4 &unknown; 😀", null)]
    [InlineData("<b>never closed", "never closed", "<strong>never closed</strong>")]
    [InlineData("</b></i>stray", "stray", null)]
    [InlineData("<!-- no --><!DOCTYPE html><title>no</title>yes", "yes", null)]
    [InlineData("<", "<", null)]
    [InlineData("<b", "<b", null)]
    [InlineData("<pre>a  b\r\n c</pre>", "a  b\n c", null)]
    public void Html_becomes_text_and_clean_markup(string html, string plain, string? xhtml)
    {
        var rich = HtmlText.Read(html);

        Assert.Equal(plain, rich.Plain);
        Assert.Equal(xhtml, rich.Xhtml);
    }

    [Fact]
    public void Hostile_html_neither_hangs_nor_grows()
    {
        string[] seeds = ["<b>", "</b>", "<a href=https://x.example>", "<p><div>", "&amp;", "<!--", "<x y=\"", "<li", "\"'><"];
        foreach (var seed in seeds)
        {
            var html = string.Concat(Enumerable.Repeat(seed, 64 * 1024 / seed.Length));
            var rich = HtmlText.Read(html);
            Assert.InRange(rich.Plain.Length, 0, html.Length * 2);
            Assert.InRange(rich.Xhtml?.Length ?? 0, 0, html.Length * 4);
        }
    }

    [Theory]
    [InlineData(@"{\rtf1\ansi{\fonttbl{\f0 Segoe UI;}}\f0\fs20 Hello \b there\b0\par second}", "Hello there\nsecond")]
    [InlineData(@"{\rtf1 caf\'e9 \u8364?5 \{x\} a\tab b\~c}", "café €5 {x} a\tb c")]
    [InlineData(@"{\rtf1{\*\generator Riched20;}\uc1\u-10179?\u-8704?}", "😀")]
    public void Rtf_becomes_text(string rtf, string plain)
    {
        Assert.True(RtfText.TryRead(rtf, out var read));
        Assert.Equal(plain, read.Plain);
    }

    [Theory]
    [InlineData(@"{\rtf1\ansi Hello \b there\b0 , {\i you\ul  two}!}", "Hello there, you two!", "Hello <strong>there</strong>, <em>you</em><em><span style=\"text-decoration:underline\"> two</span></em>!")]
    [InlineData(@"{\rtf1 plain\par words}", "plain\nwords", null)]
    [InlineData(@"{\rtf1\b bold\plain  not\strike  gone\strike0 }", "bold not gone", "<strong>bold</strong> not<span style=\"text-decoration:line-through\"> gone</span>")]
    [InlineData(@"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8}", "При", null)]
    [InlineData(@"{\rtf1\ansi\ansicpg932 \'93\'fa\'96\'7b}", "日本", null)]
    [InlineData(@"{\rtf1\ansicpg-5 x\u-10179?y}", "x\uFFFDy", null)]
    [InlineData(@"{\rtf1{\object\objdata 0102}{\pict\bin4 abcd}{\field{\*\fldinst HYPERLINK ""https://x.example""}{\fldrslt here}}}", "here", null)]
    public void Rtf_keeps_its_form_and_its_code_page(string rtf, string plain, string? xhtml)
    {
        Assert.True(RtfText.TryRead(rtf, out var read));
        Assert.Equal((plain, xhtml), (read.Plain, read.Xhtml));
    }

    [Fact]
    public void Hostile_rtf_neither_hangs_nor_grows()
    {
        foreach (var seed in new[] { @"\b x\b0 ", @"{\i a}", @"\'e9", @"\u8364?", @"\ansicpg932 \'93", "{\\*", "\\par " })
        {
            var rtf = @"{\rtf1 " + string.Concat(Enumerable.Repeat(seed, 64 * 1024 / seed.Length));
            if (!RtfText.TryRead(rtf, out var rich)) continue;
            Assert.InRange(rich.Plain.Length, 0, rtf.Length);
            Assert.InRange(rich.Xhtml?.Length ?? 0, 0, 64 * 1024);
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData(@"{\rtf1 a}}")]
    public void What_is_no_rtf_is_refused(string text) => Assert.False(RtfText.TryRead(text, out _));

    [Fact]
    public void Deep_rtf_is_refused() => Assert.False(RtfText.TryRead(@"{\rtf1 " + new string('{', 1_000), out _));

    [Fact]
    public void A_short_text_stays_one() => Assert.Equal(["short"], TextSplitter.Split("short", 10));

    [Fact]
    public void A_long_text_is_cut_at_line_ends_then_blanks_then_between_characters()
    {
        Assert.Equal(["123456", "7890"], TextSplitter.Split("123456\n7890", 8));
        Assert.Equal(["123456 ", "7890"], TextSplitter.Split("123456 7890", 8));
        Assert.Equal(["12345678", "90"], TextSplitter.Split("1234567890", 8));
    }

    [Fact]
    public void No_character_is_ever_torn()
    {
        const string Family = "👩‍👩‍👧‍👦";
        var text = string.Concat(Enumerable.Repeat(Family + "e\u0301🇩🇪", 50));

        foreach (var max in new[] { 12, 13, 17, 40 })
        {
            var pieces = TextSplitter.Split(text, max);
            Assert.Equal(text, string.Concat(pieces));
            Assert.All(pieces, p => Assert.InRange(p.Length, 1, max));
            Assert.All(pieces, p => Assert.False(char.IsLowSurrogate(p[0]) || p[0] is '\u0301' or '\u200D', $"'{p}' begins inside a character"));
        }
    }

    [Fact]
    public void A_character_longer_than_a_message_is_cut_between_code_points()
    {
        var zalgo = "a" + new string('\u0301', 100);

        var pieces = TextSplitter.Split(zalgo, 10);

        Assert.Equal(zalgo, string.Concat(pieces));
        Assert.All(pieces, p => Assert.InRange(p.Length, 1, 10));
    }

    [Fact]
    public void Random_texts_lose_nothing_but_spent_line_ends()
    {
        var random = new Random(7);
        string[] alphabet = ["a", " ", "\n", "😀", "é", "👩‍👩‍👧", "漢"];
        for (var i = 0; i < 300; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 200)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var max = random.Next(10, 40);
            var pieces = TextSplitter.Split(text, max);
            Assert.All(pieces, p => Assert.InRange(p.Length, 1, max));
            Assert.Equal(text.Replace("\n", "", StringComparison.Ordinal), string.Concat(pieces).Replace("\n", "", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("a\r\nb\rc\nd", "a\nb\nc\nd", "a\r\nb\r\nc\r\nd")]
    [InlineData("plain", "plain", "plain")]
    public void Line_ends(string text, string lf, string crlf)
    {
        Assert.Equal(lf, LineEnds.ToLf(text));
        Assert.Equal(crlf, LineEnds.ToCrLf(text));
    }
}
