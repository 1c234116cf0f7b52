namespace Sip.Protocol.Tests;

/// <summary>Names the clause a test holds us to; the conformance list is made of these.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class ClauseAttribute(string document, string section) : Attribute
{
    public string Document { get; } = document;

    public string Section { get; } = section;
}
