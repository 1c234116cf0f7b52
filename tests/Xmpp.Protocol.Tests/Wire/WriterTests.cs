using Gateway.Xmpp.Protocol.Wire;

namespace Xmpp.Protocol.Tests.Wire;

/// <summary>Elements of strangers are written so that any reader takes them.</summary>
public sealed class WriterTests
{
    // An element carried from one stream to another and written with a declaration nobody may make would end the other stream for all who share it.
    [Fact]
    public void An_element_of_the_xml_namespace_has_its_prefix_and_no_declaration()
    {
        var element = new XmlElement("c", Namespaces.Xml, new XmlElement("d", Namespaces.Server), new XmlElement("e", Namespaces.Xml));

        Assert.Equal("<xml:c><d/><xml:e/></xml:c>", Writing.Text((ref XmppWriter writer) => writer.Element(element, Namespaces.Server)));
    }
}
