using System.Text;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Wire;

namespace Xmpp.Protocol.Tests.Wire;

/// <summary>RFC 6120 §4, §11: what the framer cuts and what it refuses.</summary>
public sealed class FramerTests
{
    private const string Talk = Framing.Header
        + "<message from='a@capulet.example/x' to='b@contoso.example' id='1' type='chat'><body>hé &lt;llo&gt; &#x1F600; &amp; more</body>"
        + "<active xmlns='http://jabber.org/protocol/chatstates'/></message>\n <db:result from='x.example' to='y.example'>abc</db:result>"
        + "<presence from='a@capulet.example' to='b@contoso.example'/></stream:stream>";

    [Fact]
    public void A_stream_is_cut_into_header_stanzas_keep_alive_and_end()
    {
        var frames = Framing.ReadAll(Talk);

        Assert.Equal(
            [XmppFrameKind.Header, XmppFrameKind.Stanza, XmppFrameKind.KeepAlive, XmppFrameKind.Stanza, XmppFrameKind.Stanza, XmppFrameKind.StreamEnd],
            frames.Select(frame => frame.Kind));
        Assert.True(frames[0].Element!.Is("stream", Namespaces.Streams));
        Assert.Equal("capulet.example", frames[0].Element!.Attribute("from"));
        Assert.Equal("hé <llo> \U0001F600 & more", frames[1].Element!.Child("body")!.Text);
        Assert.NotNull(frames[1].Element!.Child("active", Namespaces.ChatStates));
        Assert.True(frames[3].Element!.Is("result", Namespaces.Dialback));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    public void However_the_bytes_are_cut_the_frames_are_the_same(int cut)
    {
        var whole = Framing.ReadAll(Talk).Where(frame => frame.Kind != XmppFrameKind.KeepAlive).ToList();
        var pieces = Framing.ReadAll(Talk, cut).Where(frame => frame.Kind != XmppFrameKind.KeepAlive).ToList();

        Assert.Equal(whole.Select(frame => (frame.Kind, frame.Element?.ToString())), pieces.Select(frame => (frame.Kind, frame.Element?.ToString())));
    }

    [Fact]
    public void No_prefix_of_a_valid_stream_is_refused()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Talk);
        for (int length = 0; length <= bytes.Length; length++)
        {
            var frames = Framing.ReadAll(bytes[..length]);
            Assert.DoesNotContain(frames, frame => frame.Kind == XmppFrameKind.Refused);
        }
    }

    [Theory]
    [InlineData("<!-- hello -->", XmppReason.CommentForbidden)]
    [InlineData("<message><!-- hello --></message>", XmppReason.CommentForbidden)]
    [InlineData("<?php echo ?>", XmppReason.ProcessingInstructionForbidden)]
    [InlineData("<message><?x y?></message>", XmppReason.ProcessingInstructionForbidden)]
    [InlineData("<?xml version='1.0'?>", XmppReason.ProcessingInstructionForbidden)]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]>", XmppReason.DoctypeForbidden)]
    [InlineData("<message><body>&nbsp;</body></message>", XmppReason.EntityForbidden)]
    [InlineData("<message a='&nbsp;'/>", XmppReason.EntityForbidden)]
    [InlineData("<message><body>&amp</body></message>", XmppReason.NotWellFormed)]
    [InlineData("<message><body>& b</body></message>", XmppReason.NotWellFormed)]
    [InlineData("<message><body>&#0;</body></message>", XmppReason.InvalidCharacter)]
    [InlineData("<message><body>&#xD800;</body></message>", XmppReason.InvalidCharacter)]
    [InlineData("<message><body>&#x110000;</body></message>", XmppReason.InvalidCharacter)]
    [InlineData("<message><body>&#;</body></message>", XmppReason.NotWellFormed)]
    [InlineData("<message><body>&#x99999999999999;</body></message>", XmppReason.NotWellFormed)]
    [InlineData("<message><body>\u0001</body></message>", XmppReason.InvalidCharacter)]
    [InlineData("<message><body>\uFFFE</body></message>", XmppReason.InvalidCharacter)]
    [InlineData("<x:message/>", XmppReason.UndeclaredPrefix)]
    [InlineData("<message x:a='1'/>", XmppReason.UndeclaredPrefix)]
    [InlineData("<message xmlns:xml='urn:x'/>", XmppReason.UndeclaredPrefix)]
    [InlineData("<message xmlns:q=''/>", XmppReason.UndeclaredPrefix)]
    [InlineData("<message a='1' a='2'/>", XmppReason.NotWellFormed)]
    [InlineData("<message xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/>", XmppReason.NotWellFormed)]
    [InlineData("<message a='1'b='2'/>", XmppReason.NotWellFormed)]
    [InlineData("<message a=1/>", XmppReason.NotWellFormed)]
    [InlineData("<message a/>", XmppReason.NotWellFormed)]
    [InlineData("<message a='<'/>", XmppReason.NotWellFormed)]
    [InlineData("<message></mess></message>", XmppReason.NotWellFormed)]
    [InlineData("<message><body></message></body>", XmppReason.NotWellFormed)]
    [InlineData("<message><a></b></message>", XmppReason.NotWellFormed)]
    [InlineData("<message / >x</message>", XmppReason.NotWellFormed)]
    [InlineData("<1message/>", XmppReason.NotWellFormed)]
    [InlineData("<:message/>", XmppReason.NotWellFormed)]
    [InlineData("<a:b:c/>", XmppReason.NotWellFormed)]
    [InlineData("< message/>", XmppReason.NotWellFormed)]
    [InlineData("<>", XmppReason.NotWellFormed)]
    [InlineData("<message><body>]]></body></message>", XmppReason.NotWellFormed)]
    [InlineData("<![CDATA[x]]>", XmppReason.TextBetweenStanzas)]
    [InlineData("hello", XmppReason.TextBetweenStanzas)]
    [InlineData("</stream>", XmppReason.NotWellFormed)]
    [InlineData("</stream:streams>", XmppReason.NotWellFormed)]
    [InlineData("<!ELEMENT x>", XmppReason.DoctypeForbidden)]
    [InlineData("<message><![CDAXA[]]></message>", XmppReason.NotWellFormed)]
    public void Hostile_xml_is_refused_with_its_reason_however_cut(string xml, XmppReason expected)
    {
        Assert.Equal(expected, Framing.Refusal(xml));
        Assert.Equal(expected, Framing.ReadAll(Framing.Header + xml, cut: 1)[^1].Reason);
    }

    [Theory]
    [InlineData("<message><body>no end</message>")]
    [InlineData("<message><body>no end</bod>")]
    [InlineData("<message><body>no end</bodyy>")]
    [InlineData("<message><body>no end</Body>")]
    [InlineData("<message><body>no end</ body>")]
    [InlineData("<message><body>no end</body x>")]
    [InlineData("<message><body x ='1'>no end</body x>")]
    [InlineData("<message><body x='1'>no end</body x='1'>")]
    [InlineData("<message><body>no end</body/>")]
    [InlineData("<message><body>no end</>")]
    [InlineData("<message><body>no end</ >")]
    [InlineData("<message><p:body xmlns:p='u'>no end</body>")]
    [InlineData("<message><body>no end</p:body>")]
    [InlineData("<message><p:body xmlns:p='u' xmlns:q='u'>no end</q:body>")]
    [InlineData("<message><a/><b><c>x</c></b><body>no end</a>")]
    [InlineData("<message><a><a><a></a></a></message>")]
    [InlineData("<message><body a='>'>no end</message>")]
    [InlineData("<message><body><![CDATA[</body>]]></message>")]
    [InlineData("<message></mess>")]
    [InlineData("<message></stream:stream>")]
    public void A_wrong_end_tag_is_refused_when_it_has_been_read_and_not_before(string xml)
    {
        foreach (int cut in (int[])[int.MaxValue, 1, 2, 3, 5])
        {
            Assert.Equal([XmppFrameKind.Header], Framing.ReadAll(Framing.Header + xml[..^1], cut).Select(frame => frame.Kind));
            var frames = Framing.ReadAll(Framing.Header + xml, cut);
            Assert.Equal((XmppFrameKind.Refused, XmppReason.NotWellFormed), (frames[^1].Kind, frames[^1].Reason));
        }
    }

    [Fact]
    public void A_wrong_end_tag_is_refused_wherever_the_element_was_cut()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Framing.Header + "<message><a/><body b='/'>no end</messag>");
        for (int first = Framing.Header.Length; first < bytes.Length; first++)
        {
            var framer = new XmppFramer(new XmppLimits());
            ReadOnlySpan<byte> input = bytes.AsSpan(0, first);
            while (framer.Read(ref input).Kind != XmppFrameKind.NeedMore) Assert.False(framer.IsHolding);
            input = bytes.AsSpan(first);
            Assert.Equal(XmppReason.NotWellFormed, framer.Read(ref input).Reason);
        }
    }

    [Theory]
    [InlineData("<message><body>end</body ></message\t\r\n>")]
    [InlineData("<message\n><body\tx = '>' >end</body\n\n></message>")]
    [InlineData("<p:message xmlns:p='jabber:server'><p:body/><p:body  >end</p:body \t></p:message>")]
    [InlineData("<message><a/><a></a><a ></a ><aa><a b='/a>'/></aa><body><![CDATA[</message>]]></body></message>")]
    [InlineData("<m\u00e9ssage><\u00e9>x</\u00e9></m\u00e9ssage>")]
    public void An_end_tag_of_the_same_name_ends_its_element_however_cut(string xml)
    {
        foreach (int cut in (int[])[int.MaxValue, 1, 2, 3, 5])
        {
            Assert.Equal([XmppFrameKind.Header, XmppFrameKind.Stanza, XmppFrameKind.Stanza, XmppFrameKind.StreamEnd],
                Framing.ReadAll(Framing.Header + xml + xml + "</stream:stream >", cut).Select(frame => frame.Kind));
        }
    }

    [Fact]
    public void At_the_greatest_depth_end_tags_are_still_compared()
    {
        var limits = new XmppLimits { DepthMax = 8 };
        string open = string.Concat(Enumerable.Range(2, 7).Select(depth => $"<e{depth}>"));
        string close = string.Concat(Enumerable.Range(2, 7).Reverse().Select(depth => $"</e{depth}>"));

        Assert.Equal(XmppFrameKind.Stanza, Framing.ReadAll(Framing.Header + open + "x" + close, limits: limits)[^1].Kind);
        Assert.Equal(XmppReason.NotWellFormed, Framing.ReadAll(Framing.Header + open + "x</e7>", limits: limits)[^1].Reason);
        Assert.Equal(XmppReason.DepthExceeded, Framing.ReadAll(Framing.Header + open + "<x>", limits: limits)[^1].Reason);
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xE0, 0x80, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0x80 })]
    public void Bytes_that_are_no_utf8_are_refused(byte[] hostile)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Framing.Header + "<message><body>"), .. hostile, .. "</body></message>"u8];
        Assert.Equal(XmppReason.InvalidUtf8, Framing.ReadAll(bytes)[^1].Reason);
    }

    [Theory]
    [InlineData("<?xml version='1.0' encoding='ISO-8859-1'?><stream:stream xmlns:stream='s'>", XmppReason.UnsupportedEncoding)]
    [InlineData("<?xml version=\"1.0\" encoding=\"utf-8\" standalone='yes'?><stream:stream xmlns:stream='s'>", XmppReason.None)]
    [InlineData("<?xml version='1.0' standalone='no'?><stream:stream xmlns:stream='s'>", XmppReason.None)]
    [InlineData("\uFEFF<stream:stream xmlns:stream='s'>", XmppReason.NotWellFormed)]
    [InlineData("<stream:stream xmlns:stream='s'>", XmppReason.None)]
    [InlineData("<?xsl x?><stream:stream xmlns:stream='s'>", XmppReason.ProcessingInstructionForbidden)]
    [InlineData("<stream:stream>", XmppReason.UndeclaredPrefix)]
    [InlineData("<stream:stream xmlns:stream='s'/>", XmppReason.BadFormat)]
    [InlineData("GET / HTTP/1.1\r\n", XmppReason.NotWellFormed)]
    [InlineData("\u0016\u0003\u0001", XmppReason.NotWellFormed)]
    [InlineData("</stream:stream>", XmppReason.NotWellFormed)]
    public void A_header_is_taken_or_refused(string xml, XmppReason expected) => Assert.Equal(expected, Framing.ReadAll(xml)[^1].Reason);

    [Fact]
    public void Limits_hold_before_anything_is_built()
    {
        var limits = new XmppLimits { UnprovedBytesMax = 10_000 };
        string deep = string.Concat(Enumerable.Repeat("<a>", 10_000));
        string attributes = "<a " + string.Concat(Enumerable.Range(0, 65).Select(n => $"a{n}='' ")) + "/>";
        string wide = "<a>" + string.Concat(Enumerable.Repeat("<b/>", 4_100)) + "</a>";

        Assert.Equal(XmppReason.DepthExceeded, Framing.ReadAll(Framing.Header + deep, limits: limits)[^1].Reason);
        Assert.Equal(XmppReason.DepthExceeded, Framing.ReadAll(Framing.Header + deep, cut: 5, limits)[^1].Reason);
        Assert.Equal(XmppReason.AttributesExceeded, Framing.ReadAll(Framing.Header + attributes, limits: limits)[^1].Reason);
        Assert.Equal(XmppReason.ElementsExceeded, Framing.ReadAll(Framing.Header + wide, limits: new XmppLimits { UnprovedBytesMax = 100_000 })[^1].Reason);
        Assert.Equal(XmppReason.NameTooLong, Framing.ReadAll(Framing.Header + $"<{new string('n', 300)}/>", limits: limits)[^1].Reason);
        Assert.Equal(XmppReason.StanzaTooLarge, Framing.ReadAll(Framing.Header + $"<a>{new string('n', 10_000)}</a>", limits: limits)[^1].Reason);
        Assert.Equal(XmppReason.StanzaTooLarge, Framing.ReadAll(Framing.Header + $"<a>{new string('n', 10_001)}", cut: 100, limits)[^1].Reason);
        // Who has proved nothing never gets more room than who has.
        Assert.Equal(XmppReason.StanzaTooLarge, Framing.ReadAll(Framing.Header + $"<a>{new string('n', 10_000)}</a>", limits: new XmppLimits { StanzaBytesMax = 10_000 })[^1].Reason);
        Assert.Equal(XmppReason.HeaderTooLarge, Framing.ReadAll($"<stream:stream a='{new string('n', 10_000)}", cut: 100, limits)[^1].Reason);
    }

    [Fact]
    public void Declarations_in_force_have_an_end_for_each_name_is_looked_up_among_them()
    {
        // Sixty levels with sixty declarations each were 3,600 comparisons for every prefix behind them, and a quarter of a megabyte has room for twenty thousand prefixes.
        string Nested(int levels, int each) => string.Concat(Enumerable.Range(0, levels).Select(
            level => $"<a {string.Join(' ', Enumerable.Range(0, each).Select(n => $"xmlns:p{level}-{n}='u'"))}>")) + string.Concat(Enumerable.Repeat("</a>", levels));
        var limits = new XmppLimits { UnprovedBytesMax = 200_000 };

        Assert.Equal(XmppReason.AttributesExceeded, Framing.ReadAll(Framing.Header + Nested(60, 60), limits: limits)[^1].Reason);
        Assert.Equal(XmppFrameKind.Stanza, Framing.ReadAll(Framing.Header + Nested(60, 4), limits: limits)[^1].Kind);
        // What an element declared is gone with it.
        string many = "<m>" + string.Concat(Enumerable.Repeat(Nested(4, 60), 5)) + "</m>";
        Assert.Equal(XmppFrameKind.Stanza, Framing.ReadAll(Framing.Header + many, limits: limits)[^1].Kind);
    }

    [Fact]
    public void A_million_single_bytes_cost_what_they_are()
    {
        // Were each byte to rescan what came before, this would be half a billion steps of a 1 MiB stanza and not end within the test's patience.
        var limits = new XmppLimits { StanzaBytesMax = 2 << 20, UnprovedBytesMax = 2 << 20 };
        byte[] bytes = Encoding.UTF8.GetBytes(Framing.Header + "<message><body>" + new string('x', 1 << 20) + "</body></message>");
        var frames = Framing.ReadAll(bytes, cut: 1, limits);

        Assert.Equal(1 << 20, frames[^1].Element!.Child("body")!.Text.Length);
    }

    [Fact]
    public void Line_ends_cdata_and_attribute_space_are_normalised()
    {
        var element = Framing.Stanza("<message a='x\r\ny\tz&#10;'><body>one\r\ntwo\rthree<![CDATA[<four>\r\n]] ]]>&#13;</body></message>");

        Assert.Equal("x y z\n", element.Attribute("a"));
        Assert.Equal("one\ntwo\nthree<four>\n]] \r", element.Child("body")!.Text);
    }

    [Fact]
    public void A_prefix_of_the_header_and_one_of_the_stanza_both_resolve()
    {
        var element = Framing.Stanza("<p:message xmlns:p='jabber:server' p:q='1' xml:lang='de'><db:x/><y xmlns=''><z/></y></p:message>");

        Assert.True(element.Is("message", Namespaces.Server));
        Assert.Equal("1", element.Attribute("q", Namespaces.Server));
        Assert.Equal("de", element.Attribute("lang", Namespaces.Xml));
        Assert.NotNull(element.Child("x", Namespaces.Dialback));
        Assert.NotNull(element.Child("y", "")!.Child("z", ""));
    }

    [Fact]
    public void After_a_restart_the_old_declarations_are_gone()
    {
        var framer = new XmppFramer(new XmppLimits());
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(Framing.Header);
        Assert.Equal(XmppFrameKind.Header, framer.Read(ref input).Kind);
        framer.Restart();
        input = "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:server'><db:result/>"u8;

        Assert.Equal(XmppFrameKind.Header, framer.Read(ref input).Kind);
        Assert.Equal(XmppReason.UndeclaredPrefix, framer.Read(ref input).Reason);
        Assert.Equal(XmppReason.UndeclaredPrefix, framer.Read(ref input).Reason);
    }
}
