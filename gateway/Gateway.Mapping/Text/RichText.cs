namespace Gateway.Mapping.Text;

/// <summary>A body as plain text with LF line ends and, where it had any form worth keeping, sanitised XHTML-IM inner markup (XEP-0071).</summary>
public sealed record RichText(string Plain, string? Xhtml = null);
