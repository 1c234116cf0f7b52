using System.Text;
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

    /// <summary>The words of a body element in lines, as HTML that comes from the other side is read too; links keep their target.</summary>
    public static string PlainOf(XmlElement body)
    {
        var html = new StringBuilder();
        Print(body, html, 0);
        return HtmlText.Read(html.ToString()).Plain;
    }

    /// <summary>A body element around sanitised inner markup; null when it cannot be read.</summary>
    public static XmlElement? Write(string markup)
    {
        var xml = XmlPull.Of(Encoding.UTF8.GetBytes($"<body xmlns=\"{Namespaces.Xhtml}\">{markup}</body>"));
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

    private static void Print(XmlElement element, StringBuilder html, int depth)
    {
        foreach (ref readonly var node in element.Nodes)
        {
            if (node.Text is { } text) XmlEscape.Append(html, text);
            if (node.Element is not { } child || depth >= DepthMax) continue;
            html.Append('<').Append(child.Name);
            if (child.Attribute("href") is { } target)
            {
                html.Append(" href=\"");
                XmlEscape.Append(html, target);
                html.Append('"');
            }

            html.Append('>');
            Print(child, html, depth + 1);
            if (child.Name != "br") html.Append("</").Append(child.Name).Append('>');
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
