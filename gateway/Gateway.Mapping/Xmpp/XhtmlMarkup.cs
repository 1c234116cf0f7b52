using Gateway.Mapping.Documents;
using Gateway.Mapping.Text;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Mapping.Xmpp;

/// <summary>The inner markup of XHTML-IM bodies as neutral text and as elements (XEP-0071). Both ways pass through the same whitelist.</summary>
public static class XhtmlMarkup
{
    private const int DepthMax = 32;

    /// <summary>The sanitised inner markup of a body element; null when it says no more than plain text.</summary>
    public static string? Read(XmlElement body)
    {
        var builder = new XhtmlBuilder();
        Walk(body, builder, 0);
        return builder.Result();
    }

    /// <summary>A body element around sanitised inner markup; null when it cannot be read.</summary>
    public static XmlElement? Write(string markup)
    {
        var xml = XmlPull.Of(System.Text.Encoding.UTF8.GetBytes($"<body xmlns=\"{Namespaces.Xhtml}\">{markup}</body>"));
        return xml.Next() == XmlStep.Start ? ReadElement(xml) : null;
    }

    private static void Walk(XmlElement element, XhtmlBuilder builder, int depth)
    {
        foreach (ref readonly var node in element.Nodes)
        {
            if (node.Text is { } text) builder.Text(text);
            if (node.Element is not { } child || depth >= DepthMax || child.Name is "script" or "style") continue;
            builder.Open(child.Name, child.Attribute);
            Walk(child, builder, depth + 1);
            if (child.Name != "br") builder.Close(child.Name);
        }
    }

    private static XmlElement? ReadElement(XmlPull xml)
    {
        var name = xml.Name;
        var attributes = xml.Attributes.Select(a => new XmlAttribute(a.Name, a.Value)).ToArray();
        var nodes = new List<XmlNode>();
        while (true)
        {
            switch (xml.Next())
            {
                case XmlStep.Text:
                    nodes.Add(xml.Text);
                    break;
                case XmlStep.Start:
                    if (ReadElement(xml) is not { } child) return null;
                    nodes.Add(child);
                    break;
                case XmlStep.End:
                    return new XmlElement(name, Namespaces.Xhtml, attributes, [.. nodes]);
                default:
                    return null;
            }
        }
    }
}
