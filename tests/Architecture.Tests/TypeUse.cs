using System.Reflection;
using System.Reflection.Emit;

namespace DataHub.Architecture.Tests;

/// <summary>What a type uses, in its signatures, attributes and method bodies. Reflection shows no bodies, so their IL is read.</summary>
internal static class TypeUse
{
    private const BindingFlags All =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<ushort, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(code => (ushort)code.Value);

    /// <summary>Every other type that the type names, without repeats; arrays and generics are taken apart.</summary>
    public static IReadOnlySet<Type> By(Type type)
    {
        var found = new HashSet<Type>();
        Add(type.BaseType);
        Each(type.GetInterfaces());
        Each(type.GetCustomAttributesData().Select(a => a.AttributeType));
        Each(type.GetFields(All).Select(f => f.FieldType));
        foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
        {
            Add((method as MethodInfo)?.ReturnType);
            Each(method.GetParameters().Select(p => p.ParameterType));
            Each(method.GetMethodBody()?.LocalVariables.Select(l => l.LocalType) ?? []);
            foreach (var member in InBody(method))
            {
                Add(member as Type ?? member.DeclaringType);
                Each((member as MethodInfo)?.GetGenericArguments() ?? []);
            }
        }

        found.Remove(type);
        return found;

        void Each(IEnumerable<Type> types)
        {
            foreach (var used in types)
            {
                Add(used);
            }
        }

        void Add(Type? used)
        {
            while (used?.HasElementType == true)
            {
                used = used.GetElementType();
            }

            if (used is null || used.IsGenericParameter || !found.Add(used.IsGenericType ? used.GetGenericTypeDefinition() : used))
            {
                return;
            }

            Each(used.GetGenericArguments());
            Add(used.DeclaringType);
        }
    }

    private static IEnumerable<MemberInfo> InBody(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } il)
        {
            yield break;
        }

        var typeArguments = method.DeclaringType?.GetGenericArguments();
        var methodArguments = method is MethodInfo ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            var code = il[at] == 0xFE ? Codes[(ushort)(0xFE00 | il[at + 1])] : Codes[il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok
                && method.Module.ResolveMember(BitConverter.ToInt32(il, at), typeArguments, methodArguments) is { } member)
            {
                yield return member;
            }

            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }
}
