namespace Conformance;

/// <summary>Names the clause of a standard that a test holds us to: <c>[Clause("RFC 3261", "8.2.2.3")]</c>. <c>docs/conformance.md</c> is made of these.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
internal sealed class ClauseAttribute(string document, string section) : Attribute
{
    public string Document { get; } = document;

    public string Section { get; } = section;
}
