/** The same object, but for some of its members. Those of libp2p's are classes with private fields, whose methods have to stay with their objects. */
export function instead<Real extends object>(real: Real, others: Partial<Real>): Real {
  return new Proxy(real, {
    get: (target, name): unknown => {
      if (Object.hasOwn(others, name)) return Reflect.get(others, name);
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
