// node ab.mjs DIR_A DIR_B name batch shards steps [rounds] [sets...]
import path from 'node:path';
const [a,b,name,batch,shards,steps,rounds='7',...sets]=process.argv.slice(2);
const data=process.env.THREADLOOM_DATA;
const open=async dir=>{const {openSteps,definitionOf}=await import(path.join(dir,'benchmarks/threadloom/session.js'));
 return openSteps({definition:definitionOf(name),data,sets:[`batches.size=${batch}`,`training.shards=${shards}`,...sets],workers:2});};
const A=await open(a);const B=await open(b);
const med=v=>v.toSorted((x,y)=>x-y)[v.length>>1];
await A.train(30);await B.train(30);
const ra=[],rb=[],q=[];let la,lb;
for(let r=0;r<+rounds;r++){const x=await A.train(+steps);const y=await B.train(+steps);ra.push(x.seconds/steps*1e3);rb.push(y.seconds/steps*1e3);q.push(x.seconds/y.seconds);la=x.laps;lb=y.laps;}
const f=o=>Object.entries(o).map(([k,v])=>`${k} ${v.toFixed(3)}`).join(' ');
console.log(`${name} b${batch} s${shards}: A ${med(ra).toFixed(3)} ms, B ${med(rb).toFixed(3)} ms, A/B ${med(q).toFixed(3)} (${Math.min(...q).toFixed(2)}-${Math.max(...q).toFixed(2)})\n A ${f(la)}\n B ${f(lb)}`);
await A.close();await B.close();process.exit(0);
